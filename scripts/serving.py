"""./run: makes everything ready, then keeps web, worker and beat running until it is told to stop."""

import contextlib
import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts import assets, databases, environment, processes, valkey
from scripts.common import ROOT, Problem, command, fingerprint, is_stamped, say, var_folder


def serve(*, host: str, port: int, demo: bool) -> int:
    _check_port(host, port)
    databases.check_reachable(os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", ""))
    folder = var_folder()
    os.environ["RIPEN_VAR"] = str(folder)
    _fill_in(BASE_URL=f"http://localhost:{port}", DATABASE_URL=f"sqlite:///{folder / 'ripen.sqlite3'}")
    with _only_one_here(), contextlib.ExitStack() as stack:
        environment.ensure_secret(ROOT / ".env")
        assets.build()
        if not os.environ.get("REDIS_URL"):
            broker = valkey.on_socket(folder / "valkey.sock", data=folder / "valkey")
            os.environ["REDIS_URL"] = stack.enter_context(broker)
            stack.callback(_ignore_signals)
        logins = _prepare(demo=demo)
        return processes.run(host=host, port=port, greeting=logins)


def _fill_in(**defaults: str) -> None:
    """An empty variable, as in a copied .env, is as good as none."""
    os.environ.update({name: value for name, value in defaults.items() if not os.environ.get(name)})


def _prepare(*, demo: bool) -> str:
    """Database, demo company and static files; returns what there is to tell about logging in."""
    folder = Path(os.environ.get("STATIC_ROOT") or ROOT / "staticfiles")
    stamp, inputs = folder / ".collected", fingerprint([ROOT / "requirements" / "dev.txt", assets.STAMP])
    static_is_old = not is_stamped(stamp, inputs)
    say(
        "Preparing the database; a new one gets the demo company, which takes a minute"
        if demo
        else "Preparing the database"
    )
    steps = [*(["--demo"] if demo else []), *(["--static"] if static_is_old else [])]
    prepare = [sys.executable, "-m", "scripts.prepare", *steps]
    said = command(prepare, failed="Preparing failed, see above.", stderr=None)  # progress is seen, not kept
    if static_is_old:
        stamp.write_text(inputs)
    return said.strip()


def _check_port(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Problem(
                f"Port {port} on {host} cannot be used ({error.strerror}). Stop what listens there, "
                f"or choose another one: ./run --port {port + 1}"
            ) from error


@contextlib.contextmanager
def _only_one_here() -> Iterator[None]:
    """Two Ripens on one folder would share one broker, and the first to stop would take it away."""
    folder = var_folder()
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Problem(
                f"Another ./run works with {folder}. Stop it, or give this one a folder of its own: RIPEN_VAR=…"
            ) from error
        yield


def _ignore_signals() -> None:
    """A second Ctrl-C must not keep the broker from being stopped."""
    for stop in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(stop, signal.SIG_IGN)
