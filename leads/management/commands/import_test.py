from pathlib import Path
from typing import Any

from django.utils import timezone

from leads.importing.command import ImportCommand
from leads.importing.randomized import import_test


class Command(ImportCommand):
    help = "Import a past randomised test: who got what, and what became of them. Running it again adds nothing."

    def run(self, files: dict[str, Path], options: dict[str, Any]) -> dict[str, Any]:
        return import_test(**files, now=timezone.now())
