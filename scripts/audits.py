"""Known vulnerabilities of what is locked. A service that cannot be reached is said so and fails nothing."""

import json
import subprocess
from typing import Any

from scripts.assets import npm as npm_command
from scripts.common import ROOT, Failed

UNREACHABLE = "the vulnerability service cannot be reached, nothing was looked up"
PIP_AUDIT = ["pip-audit", "--requirement", "requirements/dev.txt", "--disable-pip", "--require-hashes"]


def python() -> str:
    found = _json([*PIP_AUDIT, "--vulnerability-service", "osv", "--timeout", "10", "--format", "json"])
    if "dependencies" not in found:
        return UNREACHABLE
    packages = found["dependencies"]
    unknown = [package["name"] for package in packages if "skip_reason" in package]
    vulnerable = [
        f"{package['name']} {package['version']}: {', '.join(one['id'] for one in package['vulns'])}"
        for package in packages
        if package.get("vulns")
    ]
    if vulnerable:
        raise Failed("\n".join(vulnerable))
    return f"not looked up: {', '.join(unknown)}" if unknown else ""


def npm() -> str:
    found = _json([*npm_command(), "audit", "--json"])
    if "vulnerabilities" not in found:
        return UNREACHABLE
    if found["vulnerabilities"]:
        raise Failed("\n".join(f"{name}: {one['severity']}" for name, one in found["vulnerabilities"].items()))
    return ""


def _json(args: list[str]) -> dict[str, Any]:
    done = subprocess.run(args, cwd=ROOT, capture_output=True, text=True)
    try:
        return dict(json.loads(done.stdout))
    except ValueError:
        return {}
