"""Makes .venv and installs what requirements/dev.txt locks, once per lock. Standard library only."""

import contextlib
import fcntl
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

from scripts.common import ROOT, Problem, command, fingerprint, is_stamped, say

VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements" / "dev.txt"
STAMP = VENV / ".installed"
INSTALL_VENV = "On Debian and Ubuntu: apt-get install python3-venv"


def ensure_installed() -> Path:
    """The virtual environment's Python, with everything installed."""
    with _one_at_a_time():
        if not is_stamped(STAMP, _wanted()):
            say("Installing the Python packages")
            _make_venv()
            env = os.environ | environment()
            command([uv(), "pip", "sync", "--quiet", LOCK], env=env, failed="uv pip sync failed, see above.")
            STAMP.write_text(_wanted())
    return PYTHON


def environment() -> dict[str, str]:
    """For whatever runs inside. uv copies instead of linking, because caches are often on another disk."""
    env = {
        "VIRTUAL_ENV": str(VENV),
        "PATH": f"{PYTHON.parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "UV_LINK_MODE": "copy",
    }
    if not os.access(Path.home(), os.W_OK):
        cache = VENV / "cache"
        env |= {"XDG_CACHE_HOME": str(cache), "UV_CACHE_DIR": str(cache / "uv"), "npm_config_cache": str(cache / "npm")}
    return env


def _wanted() -> str:
    return f"{fingerprint([LOCK])} {PYTHON.resolve()}"


def _make_venv() -> None:
    if PYTHON.exists() and not (STAMP.exists() and str(PYTHON.resolve()) not in STAMP.read_text()):
        return
    try:
        command(
            [sys.executable, "-m", "venv", "--clear", VENV],
            failed=f"Python's venv does not work here. {INSTALL_VENV}",
        )
    except BaseException:
        shutil.rmtree(VENV, ignore_errors=True)
        raise


def uv() -> str:
    found = shutil.which("uv") or shutil.which("uv", path=PYTHON.parent)
    if not found:
        command([PYTHON, "-m", "ensurepip"], failed=f"pip is missing. {INSTALL_VENV}")
        command([PYTHON, "-m", "pip", "install", "--quiet", "uv"], failed="pip could not install uv, see above.")
        found = str(PYTHON.parent / "uv")
    return found


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Two ./run started together do not install over each other."""
    folder = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    except PermissionError as error:
        raise Problem(f"{error.filename} cannot be written: this folder must belong to you.") from error
    finally:
        os.close(folder)
