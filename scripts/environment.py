"""The file .env: what it sets for ./run itself, and the installation's own SECRET_KEY, made once."""

import os
import secrets
from pathlib import Path

from environs import Env

from scripts.common import say

# Everything else in .env is read by crm/config/settings.py.
NAMES = ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "RIPEN_VAR", "BASE_URL", "STATIC_ROOT", "PORT")


def read(file: Path) -> None:
    """The environment wins over the file."""
    env = Env()
    env.read_env(str(file), recurse=False)
    os.environ.update({name: value for name in NAMES if (value := env.str(name, ""))})


def ensure_secret(file: Path) -> None:
    """Readable by its owner only. What the file has beside the key stays."""
    if os.environ.get("SECRET_KEY"):
        return
    key = secrets.token_urlsafe(50)
    say(f"Putting a new SECRET_KEY into {file.name}")
    before = file.read_text() if file.exists() else ""
    separator = "" if before.endswith("\n") or not before else "\n"
    with open(os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "a") as stream:
        stream.write(f"{separator}SECRET_KEY={key}\n")
    file.chmod(0o600)
    os.environ["SECRET_KEY"] = key
