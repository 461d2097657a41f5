"""The short form of ./run chaos, and that it notices what it is there for."""

import json
import os
import subprocess
import sys

import pytest

from scripts.common import ROOT

pytestmark = [
    pytest.mark.services,
    pytest.mark.timeout(1800),
    pytest.mark.xdist_group("chaos"),
    pytest.mark.skipif(os.environ.get("DATABASE_URL", "").startswith("sqlite"), reason="runs in the PostgreSQL pass"),
]


def chaos(*options: str) -> tuple[int, dict[str, int]]:
    """Its exit code, and what its last line says. It starts servers of its own."""
    command = [sys.executable, "-m", "tests.chaos", "--seed=7", *options]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    return done.returncode, json.loads(done.stdout.splitlines()[-1])


def test_nothing_is_lost_and_nothing_doubled_while_workers_and_servers_are_killed():
    code, found = chaos("--touches=2000", "--kills=10")
    assert (code, found["lost"], found["doubled"], found["untrue"]) == (0, 0, 0, 0)
    assert found["sent"] + found["failed"] + found["unknown"] == found["planned"] == 2000
    assert (found["kills"], found["brokers"], found["databases"]) == (10, 2, 1)
    assert found["taken"] >= found["sent"] > 1800


def test_it_notices_that_the_claims_compare_and_swap_is_gone():
    code, found = chaos("--touches=400", "--kills=8", "--settings=tests.chaos.settings_without_claims")
    assert (code, found["doubled"] > 0) == (1, True)
