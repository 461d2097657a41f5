"""manage.py report close-rates --by source --format json"""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Model

from crm.campaigns.models import Campaign, Source
from crm.people.models import User
from leads.populations import NONE
from reports.catalog import REPORTS
from reports.exports import as_table
from reports.filters import LeadFilters

FORMATS = ("table", "json")
RECORDS: dict[str, tuple[type[Model], str]] = {
    "source": (Source, "key"),
    "campaign": (Campaign, "key"),
    "owner": (User, "email"),
}


class Command(BaseCommand):
    help = "Print a report: close-rates or mix."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help=" or ".join(REPORTS))
        parser.add_argument("--by", help="path, source, campaign, month or week; path for close-rates, week for mix")
        parser.add_argument("--format", default="table", help=" or ".join(FORMATS))
        parser.add_argument("--since", help="first inquiry on this day (YYYY-MM-DD) or later")
        parser.add_argument("--until", help="first inquiry on this day or earlier")
        parser.add_argument("--source", help='key of a source; "" for leads without one')
        parser.add_argument("--campaign", help='key of a campaign; "" for leads without one')
        parser.add_argument(
            "--path", help='self_qualified, nurtured, researched, unqualified; "" for not yet with sales'
        )
        parser.add_argument("--owner", help='e-mail address of a user; "" for leads that nobody owns')
        parser.add_argument("--user", help="e-mail address: count what this user may see (default: everything)")

    def handle(self, *args: Any, **options: Any) -> None:
        _check_one_of("report", options["name"], REPORTS)
        _check_one_of("format", options["format"], FORMATS)
        report = REPORTS[options["name"]]
        filters = report.filters(_parameters(options))
        _check(filters)
        user = _record(User, "email", "user", options["user"]) if options["user"] is not None else None
        result = report.run(user=user, filters=filters)
        self.stdout.write(
            json.dumps(result.as_json(), ensure_ascii=False, indent=2)
            if options["format"] == "json"
            else as_table(result)
        )


def _check_one_of(what: str, given: str, known: Any) -> None:
    if given not in known:
        raise CommandError(f"There is no {what} “{given}”. Choose {' or '.join(known)}.")


def _check(filters: LeadFilters) -> None:
    if not filters.is_valid():
        found = (f"--{name}: {' '.join(messages)}" for name, messages in filters.form.errors.items())
        raise CommandError(" ".join(found).replace("--__all__: ", ""))


def _parameters(options: dict[str, Any]) -> dict[str, str]:
    """What the page would get in its URL."""
    names = ("by", "since", "until", "source", "campaign", "path", "owner")
    given = {name: options[name] for name in names if options[name] is not None}
    for name in given.keys() & {"path", *RECORDS}:
        if given[name] == "":
            given[name] = NONE
        elif name in RECORDS:
            given[name] = str(_record(*RECORDS[name], name, given[name]).pk)
    return given


def _record(model: Any, field: str, what: str, value: str) -> Any:
    """Raises CommandError where there is none, and says which there are."""
    found = model.objects.filter(**{field: value}).first()
    if not found:
        known = ", ".join(model.objects.order_by(field).values_list(field, flat=True)[:20]) or "none"
        raise CommandError(f"There is no {what} “{value}”. There are: {known}.")
    return found
