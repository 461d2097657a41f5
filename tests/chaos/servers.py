"""The servers and processes of a run, each of which can be killed and comes back."""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import redis

from scripts import valkey
from scripts.common import ROOT
from scripts.valkey import free_port


class Broker:
    """A Valkey that keeps nothing: when it comes back it is empty."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port, self._stack = folder, free_port(), contextlib.ExitStack()
        self.address = f"redis://127.0.0.1:{self._port}"

    def start(self) -> None:
        self._stack.enter_context(valkey.on_port(data=self._folder, port=self._port))

    def stop(self) -> None:
        self._stack.close()

    def kill(self) -> None:
        with redis.from_url(self.address) as client:
            os.kill(int(client.info("server")["process_id"]), signal.SIGKILL)
        self.stop()

    def flush(self) -> None:
        with redis.from_url(self.address) as client:
            client.flushall()


class Process:
    """A command in a process group of its own."""

    def __init__(self, name: str, arguments: list[str], folder: Path) -> None:
        self._command, self._log = [sys.executable, "-m", *arguments], folder / f"{name}.log"
        self.start()

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._command, cwd=ROOT, stdout=output, stderr=output, start_new_session=True
            )

    @property
    def ended(self) -> bool:
        return self._process.poll() is not None

    def kill(self) -> None:
        """SIGKILL for all of it: nobody gets a word in."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill_child(self) -> bool:
        """SIGKILL for one that does the work; the parent sees it and goes on. False where there is none."""
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(self._process.pid).children():
                child.kill()
                return True
        return False


@contextlib.contextmanager
def ledger(file: Path, seed: str) -> Iterator[str]:
    """The mail server; yields what EMAIL_URL says."""
    port = free_port()
    command = [sys.executable, "-m", "tests.chaos.ledger", str(port), str(file), seed]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
        yield f"smtp://127.0.0.1:{port}"
    finally:
        process.kill()
        process.wait()
