from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from leads.importing.command import told_in_one_line
from leads.services.setup import set_up_new_company


class Command(BaseCommand):
    help = "Questions, policies, reasons, a form and a pipeline for a new company. Running it again adds nothing."

    def handle(self, *args: Any, **options: Any) -> str:
        with told_in_one_line():
            added = set_up_new_company(now=timezone.now())
        return "The company can begin." if added else "The company was set up before, nothing is added."
