"""Real processes: Celery workers and beat on the tests' own database and broker, and a mail server with a ledger."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

from aiosmtpd.controller import Controller
from django.db import connection

from scripts.common import ROOT


class Ledger:
    """A mail server. ``mails`` is what it took on: from then on they are delivered. ``hold`` names the command (RCPT
    or DATA) to which it gives no answer until ``release`` is set; DATA is held after the mail was taken."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.hold = ""
        self.holding, self.release = threading.Event(), threading.Event()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        await self._pause("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        await self._pause("DATA")
        return "250 OK"

    async def _pause(self, command: str) -> None:
        if self.hold == command:
            self.holding.set()
            await asyncio.to_thread(self.release.wait)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def mail_server() -> Iterator[tuple[Ledger, str]]:
    """The ledger, and what EMAIL_URL says."""
    ledger = Ledger()
    controller = Controller(ledger, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield ledger, f"smtp://127.0.0.1:{controller.port}"
    finally:
        ledger.release.set()
        controller.stop()


@contextmanager
def celery(role: str, *arguments: str, log: Path, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """``celery worker`` or ``celery beat``, in a process group of its own."""
    own = {
        "DJANGO_SETTINGS_MODULE": "crm.config.settings",
        "DATABASE_URL": database_url(),
        "LOG_LEVEL": "INFO",
        "PYTHONWARNINGS": "ignore",
    }
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", "-A", "crm.config", role, *arguments],
            cwd=ROOT,
            env=os.environ | own | environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        yield process
    finally:
        kill(process)


WORKER = ("-Q", "default,delivery", "-c", "1", "-l", "info", "--without-gossip", "--without-mingle")


def kill(process: subprocess.Popen[bytes]) -> None:
    """SIGKILL for the process and its children: nothing of it gets a word in."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def database_url() -> str:
    """Of the tests' own database, which has another name than the one in DATABASE_URL."""
    name = str(connection.settings_dict["NAME"])
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{quote(name)}"


def wait_for(happened: Callable[[], Any], *, seconds: float = 120) -> Any:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := happened():
            return found
        time.sleep(0.05)
    raise AssertionError(f"it did not happen within {seconds} seconds")
