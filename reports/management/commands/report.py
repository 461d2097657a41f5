"""manage.py report close-rates --by source --format json"""

import csv
import json
from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from crm.fields.definitions import PREFIX
from crm.people.models import User
from crm.web.exports import literal
from leads.populations import NONE, OptionFilter
from reports import exports
from reports.back_tests import told
from reports.catalog import REPORTS
from reports.filters import LeadFilters
from reports.models import BackTest
from reports.report import Result

FORMATS = ("table", "json", "csv")
HELP = {
    "by": "what the rows are",
    "since": "from this day (YYYY-MM-DD) on",
    "until": "until this day, itself included",
    "basis": "what the period is about: inquiry (the first one) or close",
    "source": 'key of a source; "" for leads without one',
    "campaign": 'key of a campaign; "" for leads without one',
    "form": 'slug of the form of the first inquiry; "" for none',
    "team": 'name of a team; "" for none',
    "path": 'self_qualified, nurtured, researched, unqualified; "" for not yet with sales',
    "owner": 'e-mail address of a user; "" for leads that nobody owns',
    "answer": 'the newest answer to a question, as question:answer; "question:" for not answered',
}
CUSTOM = (
    "a custom field of the lead, as the list of leads has it in its address: segment=large, plants_min=2,"
    " segment=- for not known; may be given again"
)


class Command(BaseCommand):
    help = f"Print a report: {', '.join([*REPORTS, told.NAME])}."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", nargs="?", default="", help=" or ".join([*REPORTS, told.NAME]))
        parser.add_argument("--format", default="table", help=" or ".join(FORMATS))
        for name in all_filters():
            parser.add_argument(f"--{name}", help=HELP.get(name, f"only of some reports: {', '.join(_having(name))}"))
        parser.add_argument("--custom", action="append", default=[], metavar="KEY=VALUE", help=CUSTOM)
        parser.add_argument("--table", default="rows", help="which table of the report, for csv")
        parser.add_argument("--id", type=int, help=f"of {told.NAME}: which one (default: the newest)")
        parser.add_argument("--user", help="e-mail address: count what this user may see (default: everything)")

    def handle(self, *args: Any, **options: Any) -> None:
        _check_one_of("report", options["name"], [*REPORTS, told.NAME])
        _check_one_of("format", options["format"], FORMATS)
        if options["name"] == told.NAME:
            self._tell_back_test(_back_test(options["id"]), options["format"])
            return
        report = REPORTS[options["name"]]
        filters = report.filters(_parameters(options, report.filters))
        _check(filters)
        user = _user(options["user"]) if options["user"] is not None else None
        result = report.run(user=user, filters=filters, now=timezone.now())
        match options["format"]:
            case "json":
                text = json.dumps(result.as_json(), ensure_ascii=False, indent=2)
                self.stdout.write(text)
            case "csv":
                self._write_csv(result, options["table"])
            case _:
                self.stdout.write(exports.as_table(result))

    def _tell_back_test(self, back_test: BackTest, form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps(told.as_json(back_test), ensure_ascii=False, indent=2))
        elif form == "csv":
            self._write_rows(told.HEADER, told.rows(back_test))
        else:
            self.stdout.write(told.as_table(back_test))

    def _write_csv(self, result: Result, name: str) -> None:
        tables = {table.name: table for table in result.found.tables}
        _check_one_of("table", name, tables)
        self._write_rows(exports.header(tables[name]), exports.rows(tables[name]))

    def _write_rows(self, header: Iterable[str], rows: Iterable[Iterable[Any]]) -> None:
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(header)
        writer.writerows([literal(cell) for cell in row] for row in rows)


def all_filters() -> list[str]:
    return list(dict.fromkeys(name for report in REPORTS.values() for name in report.filters.base_filters))


def _having(name: str) -> list[str]:
    return [report.name for report in REPORTS.values() if name in report.filters.base_filters]


def _check_one_of(what: str, given: str, known: Any) -> None:
    if given not in known:
        raise CommandError(f"There is no {what} “{given}”. Choose {' or '.join(known)}.")


def _check(filters: LeadFilters) -> None:
    if not filters.is_valid():
        found = (f"--{name}: {' '.join(messages)}" for name, messages in filters.form.errors.items())
        raise CommandError(" ".join(found).replace("--__all__: ", ""))


def _parameters(options: dict[str, Any], filters: type[LeadFilters]) -> dict[str, str]:
    """What the page would get in its URL."""
    given = {name: options[name] for name in all_filters() if options[name] is not None}
    given |= dict(map(_custom, options["custom"]))
    names = filters({}).options
    for name, value in given.items():
        kind = filters.base_filters.get(name)
        if isinstance(kind, OptionFilter):
            given[name] = _value(kind, name, value, names[kind.kind])
        elif name == "path" and value == "":
            given[name] = NONE
    return given


def _custom(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return f"{PREFIX}{key}", value


def _value(kind: OptionFilter, name: str, key: str, known: list[Any]) -> str:
    """Raises CommandError where there is none, and says which there are."""
    if key == "" and kind.none_label:
        return NONE
    found = next((option for option in known if option.key == key), None)
    if found is None:
        raise CommandError(f"There is no {name} “{key}”. There are: {_first(option.key for option in known)}.")
    return str(found.value)


def _back_test(pk: int | None) -> BackTest:
    finished = BackTest.objects.filter(figures__isnull=False).select_related("policy", "compared_with")
    found = finished.first() if pk is None else finished.filter(pk=pk).first()
    if found is None:
        known = finished.values_list("pk", flat=True)[:20]
        raise CommandError(f"There is no such finished back-test. There are: {_first(map(str, known))}.")
    return found


def _user(email: str) -> User:
    found = User.objects.filter(email=email).first()
    if found is None:
        known = User.objects.order_by("email").values_list("email", flat=True)[:20]
        raise CommandError(f"There is no user “{email}”. There are: {_first(known)}.")
    return found


def _first(keys: Any) -> str:
    return ", ".join(sorted(keys)[:20]) or "none"
