"""manage.py simulate: the demo company, made by invented prospects and the real services."""

from argparse import ArgumentParser
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from crm.people.models import User
from leads.models import Lead
from simulation.company import LOG_INS, PASSWORD, ZONE
from simulation.engine import Plan, simulate

EARLIEST = date(2000, 1, 1)
LIMITS = {"seed": (0, 2**31), "months": (1, 120), "leads": (1, 100_000), "reps": (1, 500)}


class Command(BaseCommand):
    help = "Make the demo company: invented prospects drive the real services on a fake clock. Sends no mail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", default="1", help="The same seed gives the same figures.")
        parser.add_argument("--months", default="18")
        parser.add_argument("--leads", default="3000")
        parser.add_argument("--reps", default="16")
        parser.add_argument("--until", default="", metavar="DATE", help="The company's present, now by default.")
        parser.add_argument("--if-empty", action="store_true", help="Do nothing where there are people already.")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(until=_until(options["until"]), **{name: _number(name, options[name]) for name in LIMITS})
        if not self._empty():
            if not options["if_empty"]:
                raise CommandError("There are people in this database already: simulate needs an empty one.")
            return self._print_log_ins()
        simulate(plan, progress=self._progress)
        if self.stderr.isatty():
            self.stderr.write("")
        self.stdout.write(f"The demo company is there, with {Lead.objects.count():,} leads.")
        return self._print_log_ins()

    def _empty(self) -> bool:
        try:
            return not User.objects.exists()
        except DatabaseError as error:
            raise CommandError(f"The database is not ready ({error}). Run: manage.py migrate") from error

    def _progress(self, share: float) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"\rInventing the demo company: {share:4.0%}", ending="")
            self.stderr.flush()

    def _print_log_ins(self) -> None:
        people = [(role, email) for role, email in LOG_INS if User.objects.filter(email=email).exists()]
        if people:
            self.stdout.write(f"Log in with the password {PASSWORD} as:")
        for role, email in people:
            self.stdout.write(f"  {email:24} {role}")


def _number(name: str, text: str) -> int:
    low, high = LIMITS[name]
    if not (text.isascii() and text.isdecimal()) or not low <= int(text) <= high:
        raise CommandError(f"--{name} is a number from {low:,} to {high:,}, not “{text}”.")
    return int(text)


def _until(text: str) -> datetime:
    """Five o'clock on that day, where the company is; now where none is given."""
    if not text:
        return timezone.now()
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise CommandError(f"--until is a date like 2026-05-01, not “{text}”.") from error
    if not EARLIEST <= day <= timezone.localdate():
        raise CommandError(f"--until is a date from {EARLIEST} to today, not “{text}”.")
    return datetime.combine(day, time(17), tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
