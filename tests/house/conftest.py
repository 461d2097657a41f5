import os
import subprocess
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from scripts.common import ROOT


@pytest.fixture
def empty_database() -> Iterator[str]:
    """The address of a database that nobody has used yet: on PostgreSQL's server, or "" for ./run's own SQLite."""
    server = os.environ["DATABASE_URL"]
    if server.startswith("sqlite"):
        yield ""
        return
    name = f"run_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield f"{server.rpartition('/')[0]}/{name}"
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """RIPEN_VAR of the ./run under test; not there yet."""
    return tmp_path / "var"


@pytest.fixture
def start(folder: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Starts ./run as from a terminal: in a process group of its own, with the servers that are named, or none."""

    started: list[subprocess.Popen[str]] = []

    def start(*arguments: str, database: str = "", broker: str = "") -> subprocess.Popen[str]:
        own = {"RIPEN_VAR": str(folder), "SECRET_KEY": "of a test"}
        named = {"DATABASE_URL": database, "REDIS_URL": broker, "BASE_URL": "", "PORT": ""}
        inherited = {key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"}
        process = subprocess.Popen(
            [sys.executable, ROOT / "run", *arguments],
            env=inherited | own | named,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=60)
