import os
import signal
import subprocess
import sys

import pytest
import redis

from scripts import valkey
from scripts.common import ROOT, Problem

KILLED_WITH_A_TASK_QUEUED = """
import os, signal, sys
from pathlib import Path
import redis
from scripts import valkey
folder = Path(sys.argv[1])
with valkey.on_socket(folder / "valkey.sock", data=folder / "data") as address:
    redis.from_url(address).rpush("default", "a task")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_broker_of_a_killed_run_is_taken_over_with_its_tasks(tmp_path):
    killed = subprocess.run([sys.executable, "-c", KILLED_WITH_A_TASK_QUEUED, tmp_path], cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    with (
        valkey.on_socket(tmp_path / "valkey.sock", data=tmp_path / "data") as address,
        redis.from_url(address, decode_responses=True) as client,
    ):
        assert client.lrange("default", 0, -1) == ["a task"]
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert not valkey.answers(address)


def test_too_long_path_for_a_socket_is_explained(tmp_path):
    path = tmp_path / ("x" * 100) / "valkey.sock"
    with (
        pytest.raises(Problem, match="set RIPEN_VAR to a folder with a shorter path"),
        valkey.on_socket(path, data=tmp_path),
    ):
        pass
    assert os.listdir(tmp_path) == []
