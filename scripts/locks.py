"""requirements/*.txt: every package with its hashes, compiled from pyproject.toml."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from scripts.common import ROOT, Failed, Problem, say
from scripts.install import uv

FOLDER = ROOT / "requirements"
OPTIONS = ["--quiet", "--universal", "--python-version", "3.11", "--generate-hashes", "--no-emit-index-url"]


def write() -> int:
    _compile(FOLDER)
    say("requirements/base.txt and requirements/dev.txt are in step with pyproject.toml")
    return 0


def check() -> str:
    """Would pyproject.toml change the lock files? Locked versions that still fit stay as they are."""
    with tempfile.TemporaryDirectory(prefix="ripen-locks-") as name:
        copy = Path(shutil.copytree(FOLDER, Path(name) / "requirements"))
        try:
            _compile(copy)
        except Problem as offline_or_impossible:
            return f"could not be compared, is there a network? {offline_or_impossible}"
        stale = [file for file in ("base.txt", "dev.txt") if _pins(copy / file) != _pins(FOLDER / file)]
    if stale:
        raise Failed(f"{', '.join(stale)}: not in step with pyproject.toml. Run ./run lock")
    return ""


def _compile(folder: Path) -> None:
    base, dev = str(folder / "base.txt"), str(folder / "dev.txt")
    for args in (["-o", base], ["--extra", "dev", "-c", base, "-o", dev]):
        call = [uv(), "pip", "compile", *OPTIONS, "--custom-compile-command", "./run lock", "pyproject.toml", *args]
        done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True)
        if "No solution found" in done.stderr:
            raise Failed(done.stderr)
        if done.returncode:
            raise Problem(f"uv pip compile failed: {' '.join(done.stderr.split())[:300]}")


def _pins(file: Path) -> list[str]:
    return [line for line in file.read_text().splitlines() if not line.lstrip().startswith("#")]
