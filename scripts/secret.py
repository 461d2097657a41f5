"""The installation's own SECRET_KEY, made once."""

import os
import secrets

from scripts.common import ROOT, say

ENV_FILE = ROOT / ".env"


def ensure() -> None:
    if os.environ.get("SECRET_KEY"):
        return
    key = secrets.token_urlsafe(50)
    say("Putting a new SECRET_KEY into .env")
    before = ENV_FILE.read_text() if ENV_FILE.exists() else ""
    separator = "" if before.endswith("\n") or not before else "\n"
    with open(os.open(ENV_FILE, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as file:
        file.write(f"{separator}SECRET_KEY={key}\n")
    ENV_FILE.chmod(0o600)
    os.environ["SECRET_KEY"] = key
