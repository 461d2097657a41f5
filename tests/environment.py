"""The environment that the tests and the processes they start run in: never the developer's own data."""

import atexit
import contextlib
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from scripts import valkey


def prepare() -> None:
    """Called before the settings are read, in every pytest process (with -n: the first one and each worker)."""
    folder = Path(tempfile.mkdtemp(prefix="ripen-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["RIPEN_VAR"] = str(folder)
    if not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = f"sqlite:///{folder / 'ripen.sqlite3'}"
    os.environ.setdefault("SECRET_KEY", "only for the tests, which keep nothing secret")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright runs an event loop in the tests' thread
    os.environ |= {"BASE_URL": "http://localhost:8000", "DEBUG": "false", "EMAIL_URL": ""}  # whatever .env says
    if not os.environ.get("REDIS_URL"):
        os.environ["REDIS_URL"] = _own_broker(folder)
    os.environ["REDIS_URL"] = _database_of_this_process(os.environ["REDIS_URL"])


def _own_broker(folder: Path) -> str:
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    data = folder / "valkey"
    data.mkdir()
    return stack.enter_context(valkey.on_port(data=data))


def _database_of_this_process(address: str) -> str:
    """Tests that run at the same time must not see each other's tasks and caches; database 0 stays untouched."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return urlsplit(address)._replace(path=f"/{int(worker) + 1}").geturl()
