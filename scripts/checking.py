"""./run check: every check runs, each gets one line at the end, and what a failed one printed is shown."""

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from scripts import audits, locks
from scripts.common import ROOT, Failed, say

MANAGE = [sys.executable, "manage.py"]
COMMANDS = {
    "types": ["mypy"],
    "style": ["ruff", "check", ".", "run"],
    "format": ["ruff", "format", "--check", ".", "run"],
    "layers": ["lint-imports"],
    "templates": ["djlint", "--lint", "--quiet", "templates"],
    "migrations": [*MANAGE, "makemigrations", "--check", "--dry-run"],
    "deployment": [*MANAGE, "check", "--deploy", "--fail-level", "WARNING"],
}


def run() -> int:
    with tempfile.TemporaryDirectory(prefix="ripen-check-") as folder, ThreadPoolExecutor(max_workers=2) as pool:
        env = _as_in_production(folder)
        checks: dict[str, Callable[[], str]] = {name: partial(_run, args, env) for name, args in COMMANDS.items()}
        checks |= {"locks": locks.check, "Python audit": audits.python, "npm audit": audits.npm}
        results = dict(zip(checks, pool.map(_outcome, checks.values()), strict=True))
    for name, (passed, text) in results.items():
        if not passed:
            print(f"\n--- {name} ---\n{text}")
    print()
    for name, (passed, text) in results.items():
        say(f"{'ok     ' if passed else 'FAILED '} {name}{': ' + text if passed and text else ''}")
    return 0 if all(passed for passed, _ in results.values()) else 1


def _outcome(check: Callable[[], str]) -> tuple[bool, str]:
    """A check returns what is worth knowing although it passed, or raises Failed."""
    try:
        return True, check()
    except Failed as failed:
        return False, str(failed)


def _run(args: list[str], env: dict[str, str]) -> str:
    done = subprocess.run(args, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise Failed(done.stdout.strip())
    return ""


def _as_in_production(folder: str) -> dict[str, str]:
    return os.environ | {
        "SECRET_KEY": secrets.token_urlsafe(50),
        "BASE_URL": "https://ripen.example.com",
        "ALLOWED_HOSTS": "ripen.example.com",
        "DEBUG": "false",
        "RIPEN_VAR": folder,
        "DATABASE_URL": f"sqlite:///{folder}/ripen.sqlite3",
    }
