from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from django.utils import timezone

from crm.people.models import User
from leads.importing.command import ImportCommand
from leads.importing.leads import import_leads


class Command(ImportCommand):
    help = "Import inquiries with their history from a CSV file. Running it again adds nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--as", dest="by", metavar="EMAIL", help="the manager in whose name it is done")

    def run(self, files: dict[str, Path], options: dict[str, Any]) -> dict[str, Any]:
        return import_leads(**files, now=timezone.now(), by=_manager(options["by"]) if options["by"] else None)


def _manager(email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None or not user.is_manager:
        raise CommandError(f"--as {email} is no active manager. Name a manager's or administrator's e-mail address.")
    return user
