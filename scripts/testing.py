"""./run test: the whole suite on SQLite, then on PostgreSQL, both with a real Valkey or Redis."""

import contextlib
import os
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg

from scripts import browser, databases, postgres, valkey
from scripts.common import ROOT, Problem, say

DEFAULTS = ["-n", "2", "--dist", "loadgroup"]
NOTHING_SELECTED = 5
WORDS = {0: "passed", NOTHING_SELECTED: "no test selected"}


def run(pytest_args: Sequence[str]) -> int:
    _check_browser()
    named, broker = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    named = "" if named.startswith("sqlite") else named
    databases.check_reachable(named, broker)
    with contextlib.ExitStack() as stack:
        env = {"REDIS_URL": broker or stack.enter_context(_own_broker())}
        lite = f"SQLite {sqlite3.sqlite_version}"
        results = {lite: _pass(lite, pytest_args, env | {"DATABASE_URL": "", "RIPEN_BROWSER_TESTS": "no"})}
        server = named or stack.enter_context(postgres.server())
        full = f"PostgreSQL {_server_version(server)}"
        results[full] = _pass(full, pytest_args, env | {"DATABASE_URL": server, "RIPEN_BROWSER_TESTS": "yes"})
    return _summary(results)


def _check_browser() -> None:
    if browser.found():
        say(f"Browser tests run with {browser.found()}, in the PostgreSQL pass")
    elif os.environ.get("CI", "").lower() in {"1", "true"}:
        raise Problem(f"with CI=true the browser tests must run, but {browser.MISSING}.")
    else:
        say(f"Browser tests are left out: {browser.MISSING}")


@contextlib.contextmanager
def _own_broker() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="ripen-valkey-") as folder, valkey.on_port(data=Path(folder)) as address:
        yield address


def _server_version(address: str) -> int:
    with psycopg.connect(address) as connection:
        return connection.info.server_version // 10_000


def _pass(name: str, pytest_args: Sequence[str], env: dict[str, str]) -> int:
    say(f"Tests on {name}, broker {env['REDIS_URL'].rpartition('@')[2]}")
    env = {key: value for key, value in (os.environ | env).items() if key != "DJANGO_SETTINGS_MODULE"}
    process = subprocess.Popen([sys.executable, "-m", "pytest", *DEFAULTS, *pytest_args], cwd=ROOT, env=env)
    try:
        return process.wait()
    except BaseException:  # Ctrl-C or SIGTERM: pytest ends its workers and what the tests have started
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)
        process.kill()
        raise


def _summary(results: dict[str, int]) -> int:
    """One database may have nothing to run (./run test tests/e2e), but not both."""
    print()
    for name, code in results.items():
        say(f"{name}: {WORDS.get(code, 'FAILED')}")
    failed = set(results.values()) - set(WORDS)
    return 1 if failed or set(results.values()) == {NOTHING_SELECTED} else 0
