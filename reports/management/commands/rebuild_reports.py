"""manage.py rebuild_reports [--check]"""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from reports.facts import keeping
from reports.facts.reading import rolled_up


class Command(BaseCommand):
    help = "Write the facts that reports count by anew for every lead. Reports are exact meanwhile as well."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="only say how many leads' facts are wrong")

    def handle(self, *args: Any, **options: Any) -> None:
        if not rolled_up():
            self.stdout.write(
                "Reports compute everything from the records on this database: there is nothing to rebuild."
            )
            return
        if options["check"]:
            self._check()
            return
        for done in keeping.rebuild():
            self.stdout.write(f"{done:,} leads")
        keeping.sweep()
        self._check()

    def _check(self) -> None:
        """Ends with 1 where something is wrong."""
        if wrong := keeping.differences():
            raise CommandError(f"The facts of {wrong:,} leads are wrong: rebuild_reports writes them anew.")
        self.stdout.write("The facts of every lead are as they are computed from its records.")
