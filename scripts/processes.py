"""Web, worker and beat under honcho: started together, stopped together, nothing left behind."""

import contextlib
import http.client
import os
import shlex
import signal
import sys
import threading
import time
from collections.abc import Callable

from honcho import manager

from scripts.common import ROOT

SECONDS_TO_STOP = 15
WORKER = "-A crm.config worker --queues default,delivery --concurrency 2 --loglevel INFO --without-mingle"
LOW = "nice -n 5"  # a page that somebody waits for goes first
BEAT = "-A crm.config beat --loglevel INFO --pidfile="


class Manager(manager.Manager):
    """honcho, with two holes closed: it fails when told to stop before every process has reported its
    id, and it waits for ever when none of them obeys."""

    def __init__(self, greet: Callable[[], None]) -> None:
        super().__init__()
        self._greet = greet

    def _start(self) -> None:
        super()._start()
        _later(0, self._greet)  # not before: forking with threads around is asking for trouble

    def terminate(self) -> None:
        if not self._all_started():
            _later(0.1, self.terminate)
        elif not self._terminating:
            super().terminate()
            _later(SECONDS_TO_STOP, self.kill)

    def put_down(self) -> None:
        """Whatever is left when the loop broke off, as it does when the terminal is gone."""
        left = [process for process in self._processes.values() if "returncode" not in process]
        for signal_ in (signal.SIGTERM, signal.SIGKILL):
            for process in left:
                with contextlib.suppress(ProcessLookupError, KeyError):
                    os.killpg(process["pid"], signal_)
            for process in left:
                process["process"].join(SECONDS_TO_STOP)


def run(*, host: str, port: int, greeting: str) -> int:
    manager.KILL_WAIT = SECONDS_TO_STOP
    processes = Manager(greet=lambda: _greet(host, port, greeting))
    for name, command in _commands(host, port).items():
        processes.add_process(name, f"exec {command}", cwd=str(ROOT))
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    try:
        processes.loop()
    finally:
        processes.put_down()
    asked_to_stop = processes.returncode in {signal_["rc"] for signal_ in manager.SIGNALS.values()}
    return 0 if asked_to_stop else processes.returncode or 1


def _commands(host: str, port: int) -> dict[str, str]:
    python = f"{shlex.quote(sys.executable)} -m"
    web = f"--interface wsgi --host {shlex.quote(host)} --port {port} --blocking-threads 4 --no-ws"
    return {
        "web": f"{python} granian {web} --workers-kill-timeout 5 crm.config.wsgi:application",
        "worker": f"{LOW} {python} celery {WORKER}",
        "beat": f"{LOW} {python} celery {BEAT}",
    }


def _greet(host: str, port: int, greeting: str) -> None:
    while not _answers("localhost" if host in {"0.0.0.0", "::"} else host, port):
        time.sleep(0.2)
    address = os.environ["BASE_URL"]
    print(f"\n{greeting}\n\nRipen is ready: {address}\nCtrl-C stops it.\n", flush=True)


def _answers(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection(host, port, timeout=10)
    try:
        connection.request("GET", "/accounts/login/")
        connection.getresponse()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


def _later(seconds: float, action: Callable[[], None]) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
