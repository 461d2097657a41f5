"""Web, worker and beat under honcho: started together, stopped together, nothing left behind."""

import shlex
import signal
import sys
import threading
import time
import urllib.error
import urllib.request

from honcho import manager

from scripts.common import ROOT

SECONDS_TO_STOP = 15
WORKER = "-A crm.config worker --queues default,delivery --concurrency 2 --loglevel INFO --without-mingle"
BEAT = "-A crm.config beat --loglevel INFO --pidfile="


class Manager(manager.Manager):
    """honcho, with two holes closed: it fails when told to stop before every process has reported its
    id, and it waits for ever when none of them obeys."""

    def terminate(self) -> None:
        if not self._all_started():
            _later(0.1, self.terminate)
        elif not self._terminating:
            super().terminate()
            _later(SECONDS_TO_STOP, self.kill)


def run(*, host: str, port: int, greeting: str) -> int:
    manager.KILL_WAIT = SECONDS_TO_STOP
    processes = Manager()
    for name, command in _commands(host, port).items():
        processes.add_process(name, f"exec {command}", cwd=str(ROOT))
    signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    _later(0.1, lambda: _greet(port, greeting))
    processes.loop()
    asked_to_stop = processes.returncode in {signal_["rc"] for signal_ in manager.SIGNALS.values()}
    return 0 if asked_to_stop else processes.returncode or 1


def _commands(host: str, port: int) -> dict[str, str]:
    python = f"{shlex.quote(sys.executable)} -m"
    web = f"--interface wsgi --host {shlex.quote(host)} --port {port} --blocking-threads 4 --workers-kill-timeout 5"
    return {
        "web": f"{python} granian {web} crm.config.wsgi:application",
        "worker": f"{python} celery {WORKER}",
        "beat": f"{python} celery {BEAT}",
    }


def _greet(port: int, greeting: str) -> None:
    while not _answers(f"http://localhost:{port}/"):
        time.sleep(0.2)
    print(f"\n{greeting}\n\nRipen is ready: http://localhost:{port}\nCtrl-C stops it.\n", flush=True)


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=5)
    except urllib.error.HTTPError as error:
        return error.code < 500
    except OSError:
        return False
    return True


def _later(seconds: float, action: object) -> None:
    timer = threading.Timer(seconds, action)
    timer.daemon = True
    timer.start()
