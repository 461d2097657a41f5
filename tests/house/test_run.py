"""./run, as somebody at a terminal meets it."""

import ast
import contextlib
import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from scripts.common import ROOT
from scripts.valkey import free_port

PARTS = ("scripts", "granian", "worker", "beat", "valkey-server")


def test_help_lists_the_commands(start):
    output, _ = start("--help").communicate(timeout=60)
    assert [word for word in ("test", "check", "lock", "--port", "--no-demo") if word not in output] == []


def test_old_python_is_one_clear_line(tmp_path):
    source = (ROOT / "run").read_text()
    ast.parse(source, feature_version=(3, 7))  # or the old one would stumble over the grammar before it says anything
    pretend = f"import sys; sys.version_info = (3, 9, 2); exec({source!r})"
    done = subprocess.run([sys.executable, "-c", pretend], env={"PATH": str(tmp_path)}, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr == (
        "Ripen needs Python 3.11 or newer, but this is Python 3.9. "
        "Install a newer one and start again with it: python3.11 run\n"
    )


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["--port", "70000"], "a number from 1 to 65535"),
        (["serve"], "invalid choice"),
        (["check", "-x"], "unknown: -x"),
    ],
)
def test_wrong_arguments_are_refused(start, arguments, advice):
    process = start(*arguments)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, advice in output) == (2, True), output


def test_taken_port_is_one_clear_line(start, folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        process = start("--port", str(port))
        output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert output == (
        f"Ripen: Port {port} on 127.0.0.1 cannot be used (Address already in use). Stop what listens there, "
        f"or choose another one: ./run --port {port + 1}\n"
    )
    assert not folder.exists()


@pytest.mark.parametrize(
    ("servers", "named"),
    [
        (
            {"database": "postgres://ann:secret@127.0.0.1:{port}/crm"},
            "DATABASE_URL names postgres://127.0.0.1:{port}/crm",
        ),
        ({"database": "sqlite:////no/such/folder/crm.sqlite3"}, "DATABASE_URL names /no/such/folder/crm.sqlite3"),
        ({"database": "oracle://127.0.0.1/crm"}, "DATABASE_URL must begin with postgres:// or sqlite:///"),
        ({"broker": "redis://:secret@127.0.0.1:{port}/0"}, "REDIS_URL names redis://127.0.0.1:{port}/0"),
        ({"broker": "127.0.0.1"}, "REDIS_URL"),
    ],
)
def test_server_that_is_not_there_is_one_clear_line(start, folder, servers, named):
    port = free_port()
    process = start("--port", str(free_port()), **{kind: url.format(port=port) for kind, url in servers.items()})
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    assert output.startswith(f"Ripen: {named.format(port=port)}")
    assert (output.count("\n"), "secret" in output, folder.exists()) == (1, False, False)


@pytest.mark.services
@pytest.mark.xdist_group("run")  # one after the other: both collect the static files where they are out of date
@pytest.mark.parametrize("stop", ["Ctrl-C", "SIGTERM"])
def test_start_and_stop_leave_no_process(start, folder, empty_database, stop):
    """Ctrl-C reaches everything in the terminal's process group at once, SIGTERM only ./run itself."""
    port = free_port()
    broker = os.environ["REDIS_URL"] if stop == "SIGTERM" else ""
    process = start("--no-demo", "--port", str(port), database=empty_database, broker=broker)
    output = []
    for line in process.stdout:
        output.append(line)
        if line.startswith("Ctrl-C stops it"):
            break
    try:
        assert f"Ripen is ready: http://localhost:{port}\n" in output, "".join(output)
        assert _status(port, "/accounts/login/") == 200
        running = _processes_of(folder)
        if stop == "Ctrl-C":
            os.killpg(process.pid, signal.SIGINT)
        else:
            process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=60)
    finally:
        left = _processes_of(folder)
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    assert (process.returncode, left) == (0, {}), rest
    started = {part for line in running.values() for part in PARTS if part in line}
    assert started == set(PARTS) - ({"valkey-server"} if broker else set())
    assert "Traceback" not in "".join(output) + rest


def _status(port: int, path: str) -> int:
    try:
        return urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10).status
    except urllib.error.HTTPError as error:
        return error.code


def _processes_of(folder: Path) -> dict[int, str]:
    """Id and command line of all that ./run has started: it inherits RIPEN_VAR, or, as Valkey, names its socket."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            line = (process / "cmdline").read_bytes()
            if f"RIPEN_VAR={folder}\0".encode() in (process / "environ").read_bytes() or bytes(folder) in line:
                found[int(process.name)] = line.replace(b"\0", b" ").decode()
    return found
