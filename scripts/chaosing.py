"""./run chaos: tests/chaos, which starts and kills servers of its own, whatever the environment names."""

import os
import subprocess
import sys

from scripts.common import ROOT


def run(*, touches: int, kills: int, seed: int | None) -> int:
    """0 when no mail was lost and none doubled."""
    chaos = [sys.executable, "-m", "tests.chaos", f"--touches={touches}", f"--kills={kills}"]
    seeded = [] if seed is None else [f"--seed={seed}"]
    return subprocess.run([*chaos, *seeded], cwd=ROOT, env=os.environ.copy()).returncode
