"""The system's Chromium, for the browser tests."""

import functools
import os
import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium found: install chromium, or name its binary in CHROMIUM"


@functools.cache
def found() -> str | None:
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)
