import csv
import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from crm.web.exports import literal
from leads.duplicates.matching import LIKELY
from leads.importing.command import told_in_one_line
from leads.importing.duplicates import Duplicate, find_duplicates

COLUMNS = ["left", "right", "score", "reasons"]


class Command(BaseCommand):
    help = "Pairs of rows in a CSV file that may be the same person, with a score and the reasons. Changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="CSV file with a header line")
        parser.add_argument("--mapping", type=Path, required=True, help="JSON file: docs/duplicates.md has its format")
        parser.add_argument("--format", choices=["json", "csv"], default="json")
        parser.add_argument("--at-least", type=float, default=LIKELY, metavar="SCORE", help="0 to 1 (default: 0.5)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 0 <= options["at_least"] <= 1:
            raise CommandError("--at-least must be a number from 0 to 1. Example: 0.9")
        with told_in_one_line():
            found = find_duplicates(file=options["file"], mapping_file=options["mapping"], at_least=options["at_least"])
        if options["format"] == "csv":
            self._write_csv(found.duplicates)
        else:
            self.stdout.write(json.dumps(found.as_dict(), indent=2, ensure_ascii=False))

    def _write_csv(self, duplicates: list[Duplicate]) -> None:
        writer = csv.writer(self.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        for pair in duplicates:
            texts = (literal(pair.left), literal(pair.right), pair.score, literal("; ".join(pair.reasons)))
            writer.writerow(texts)
