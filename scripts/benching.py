"""./run bench: tests/bench on a PostgreSQL and a Valkey of its own; of a server that is named, in a new database."""

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from scripts import databases, postgres, valkey
from scripts.common import ROOT


def run(*, sizes: Sequence[int], only: Sequence[str]) -> int:
    """0 when every figure is within its limit."""
    named, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    named = "" if named.startswith("sqlite") else named
    databases.check_reachable(named, broker)
    with tempfile.TemporaryDirectory(prefix="ripen-bench-") as folder, contextlib.ExitStack() as stack:
        (Path(folder) / "valkey").mkdir()
        server = named or stack.enter_context(postgres.server(**postgres.DURABLE, max_wal_size="4GB"))
        env = {
            "DATABASE_URL": stack.enter_context(_new_database(server)),
            "REDIS_URL": broker or stack.enter_context(valkey.on_port(data=Path(folder) / "valkey")),
            "RIPEN_VAR": folder,
            "SECRET_KEY": secrets.token_urlsafe(50),
            "LOG_LEVEL": "ERROR",
            "BASE_URL": "http://localhost:8000",
            "DEBUG": "false",
            "EMAIL_URL": "",
            "DJANGO_SETTINGS_MODULE": "tests.bench.settings",
        }
        names = [f"--only={name}" for name in only]
        bench = [sys.executable, "-m", "tests.bench", f"--size={','.join(map(str, sizes))}", *names]
        return subprocess.run(bench, cwd=ROOT, env=os.environ | env).returncode


@contextlib.contextmanager
def _new_database(server: str) -> Iterator[str]:
    """What is in the named database stays as it is."""
    name = f"bench_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield f"{server.rpartition('/')[0]}/{name}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
