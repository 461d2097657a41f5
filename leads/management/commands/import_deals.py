from pathlib import Path
from typing import Any

from django.utils import timezone

from leads.importing.command import ImportCommand
from leads.importing.deals import import_deals


class Command(ImportCommand):
    help = "Import what became of imported leads: converted, won, lost. Running it again adds nothing."

    def run(self, files: dict[str, Path], options: dict[str, Any]) -> dict[str, Any]:
        return import_deals(**files, now=timezone.now())
