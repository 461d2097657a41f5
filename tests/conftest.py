"""What tests of every room need: servers, browser, shared data. Records come from tests/factories.py."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import pytest
import redis
from django.conf import settings
from playwright.sync_api import expect

from scripts import browser
from scripts.common import ROOT

IN_CI = os.environ.get("CI", "").lower() in {"1", "true"}
# How fast examples are made and run says something about the machine, nothing about Ripen.
hypothesis.settings.register_profile(
    "ripen", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow], print_blob=True
)
hypothesis.settings.load_profile("ripen")


def pytest_report_header() -> str:
    database = settings.DATABASES["default"]
    return f"ripen: {database['ENGINE'].rpartition('.')[2]}, {browser.found() or 'no Chromium'}"


@pytest.hookimpl(trylast=True)  # behind whoever else orders tests, pytest-randomly, pytest-django and pytest among them
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """./run test drives the browser in one of its two passes only; without Chromium nobody does.

    Browser tests come last: Playwright leaves an event loop running in the worker's thread, in which async views then
    cannot be tested. pytest-xdist hands tests out in this order, but for groups of several (xdist_group), which go
    first: none of them may be a browser test."""
    drives_browser = [item for item in items if "playwright" in item.fixturenames]
    _check_marks(drives_browser)
    _check_groups(config, items)
    items.sort(key=set(drives_browser).__contains__)
    if os.environ.get("RIPEN_BROWSER_TESTS") == "no":
        config.hook.pytest_deselected(items=drives_browser)
        items[:] = [item for item in items if item not in drives_browser]
    elif not browser.found() and not IN_CI:
        for item in drives_browser:
            item.add_marker(pytest.mark.skip(reason=browser.MISSING))


def _check_marks(drives_browser: list[pytest.Item]) -> None:
    for item in drives_browser:
        if not item.get_closest_marker("e2e") or item.get_closest_marker("xdist_group"):
            raise pytest.UsageError(f"{item.nodeid} drives Chromium: it is marked e2e, and in no xdist_group")


def _check_groups(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A pytest-xdist that does not go with this pytest takes groups apart without a word: each import is done twice."""
    lost = [item.nodeid for item in items if item.get_closest_marker("xdist_group") and "@" not in item.nodeid]
    if config.getoption("loadgroup", False) and lost:
        raise pytest.UsageError(f"pytest-xdist does not see the groups of {', '.join(lost[:3])}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """pytest-playwright's, with the system's Chromium, which as root works only without its sandbox."""
    assert browser.found(), browser.MISSING
    expect.set_options(timeout=20_000)  # milliseconds: where tests share the processors, five seconds are few
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    return {**browser_type_launch_args, "executable_path": browser.found(), "args": sandbox}


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """shared_data("olist/leads.csv"): a file of the public data sets; skips where they are not, fails in CI."""

    def find(name: str) -> Path:
        folder = Path(os.environ.get("RIPEN_SHARED_DATA") or ROOT.parent / "shared" / "data")
        path = folder / name
        if not path.exists():
            (pytest.fail if IN_CI else pytest.skip)(f"{path} is missing; RIPEN_SHARED_DATA names the folder")
        return path

    return find


@pytest.fixture(autouse=True)
def _empty_broker() -> Iterator[None]:
    """No task, cached value or rate limit of one test reaches the next."""
    yield
    with redis.from_url(settings.REDIS_URL) as client:
        client.flushdb()


@pytest.fixture
def defaults(db: None) -> Any:
    """Questions, policies, reasons, pipeline; returns the inquiry form."""
    from leads.services.setup import install_defaults
    from tests.factories import NOW

    return install_defaults(now=NOW)
