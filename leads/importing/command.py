"""What the import commands share: arguments, one line for what went wrong, a JSON summary."""

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError
from django.utils import timezone

from leads.importing.errors import ImportFailed
from leads.services.setup import set_up_new_company


@contextmanager
def told_in_one_line() -> Iterator[None]:
    """What went wrong as a CommandError: one line, exit code 1."""
    try:
        yield
    except ImportFailed as error:
        raise CommandError(str(error)) from error
    except (OperationalError, ProgrammingError) as error:
        reason = str(error).splitlines()[0]
        raise CommandError(
            f"The database does not answer as it should: {reason}. Check DATABASE_URL and run manage.py migrate."
        ) from error


class ImportCommand(BaseCommand):
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV file with a header line")
        parser.add_argument("--mapping", type=Path, required=True, help="JSON file: docs/import.md has its format")
        parser.add_argument("--refused", type=Path, help="where refused rows go (default: FILE.refused.csv, here)")

    def handle(self, *args: Any, **options: Any) -> str:
        file = options["file"]
        files = {
            "file": file,
            "mapping_file": options["mapping"],
            "refused_file": options["refused"] or Path(f"{file.stem}.refused.csv"),
        }
        with told_in_one_line():
            set_up_new_company(now=timezone.now())
            return json.dumps(self.run(files, options), indent=2)

    def run(self, files: dict[str, Path], options: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError
