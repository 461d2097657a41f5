"""manage.py simulate_sequence KEY: what would happen to so many leads over so many days. Nothing is sent or stored."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from nurture.models import Sequence
from nurture.simulating.behavior import Rates
from nurture.simulating.forms import DryRunForm
from nurture.simulating.running import OF_DAYS, OF_STEPS, DryRun, DryRunRefused, dry_run


class Command(BaseCommand):
    help = "What would happen to so many leads over so many days? Nothing is sent or stored."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("key", help="Of the sequence.")
        parser.add_argument("--sequence-version", type=int, default=0, help="The newest by default.")
        parser.add_argument("--leads", default="100")
        parser.add_argument("--days", default="30")
        parser.add_argument("--seed", default="1", help="The same seed gives the same figures.")
        for name in Rates.names():
            parser.add_argument(f"--{name.replace('_', '-')}", metavar="PERCENT", help="Percent.")
        parser.add_argument("--format", choices=["table", "json"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        sequence = _sequence(options["key"], options["sequence_version"])
        form = DryRunForm({name: options[name] for name in DryRunForm.base_fields if options[name] is not None})
        if not form.is_valid():
            raise CommandError(" ".join(f"--{name}: {errors[0]}" for name, errors in form.errors.items()))
        try:
            found = dry_run(sequence=sequence, what_if=form.what_if, now=timezone.now())
        except DryRunRefused as refused:
            raise CommandError(str(refused)) from refused
        if options["format"] == "json":
            self.stdout.write(json.dumps(found.as_json(), indent=2))
        else:
            self._print(found)

    def _print(self, found: DryRun) -> None:
        self.stdout.write(f"{found.leads:,} leads, {found.held_out:,} of them held out.")
        self._table(["day", *OF_DAYS], found.days)
        self.stdout.write("")
        self._table(["step", "variant", *OF_STEPS], found.rows)
        self.stdout.write("")
        self.stdout.write(", ".join(f"{reason}: {count:,}" for reason, count in found.ends.items()))
        self.stdout.write(f"Most mails in one hour: {found.busiest_hour:,}")
        for title, counts in (("Waited for", found.waits), ("Skipped", found.skips)):
            said = ", ".join(f"{reason.lower()}: {count:,}" for reason, count in counts.items()) or "none"
            self.stdout.write(f"{title}: {said}")

    def _table(self, columns: list[str], rows: list[dict[str, Any]]) -> None:
        widths = {name: max(len(name), *(len(str(row[name])) for row in rows), 0) for name in columns}
        for cells in ({name: name for name in columns}, *rows):
            self.stdout.write("  ".join(str(cells[name]).rjust(widths[name]) for name in columns).rstrip())


def _sequence(key: str, version: int) -> Sequence:
    versions = Sequence.objects.filter(key=key).prefetch_related("conditions").order_by("-version")
    found = versions.filter(version=version).first() if version else versions.first()
    if found is None:
        known = ", ".join(sorted(set(Sequence.objects.values_list("key", flat=True)))) or "none yet"
        raise CommandError(
            f"There is no sequence “{key}”{f', version {version}' if version else ''}. There are: {known}."
        )
    return found
