"""What must be true before the web server starts, in one process, because starting Django takes seconds.

Prints what there is to say about logging in. ./run starts it as ``python -m scripts.prepare [--demo] [--static]``.
"""

import io
import os
import sys

import django
from django.core.management import call_command


def main(steps: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "crm.config.settings")
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if "--static" in steps:
        call_command("collectstatic", interactive=False, verbosity=0)
    if "--demo" in steps:
        call_command("simulate", "--if-empty")
    else:
        call_command("set_up", stdout=io.StringIO())
        print("Make yourself a user: .venv/bin/python manage.py createsuperuser")


if __name__ == "__main__":
    main(sys.argv[1:])
