"""The benchmarks there are. Each gets the size that the data set has been grown to, and yields its figures."""

import sys
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.core.management import call_command

from tests.bench import back_test, conversion, dataset, delivery, inquiry, reports, sweep
from tests.bench.harness import Line

BENCHMARKS: dict[str, Callable[[int], Iterable[Line]]] = {
    "inquiry": inquiry.run,
    "conversion": conversion.run,
    "sweep": sweep.run,
    "delivery": delivery.run,
    "back-test": back_test.run,
    "reports": reports.run,
}


def run(*, sizes: Sequence[int], only: Sequence[str]) -> list[Line]:
    call_command("migrate", interactive=False, verbosity=0, run_syncdb=True)
    dataset.begin()
    lines: list[Line] = []
    for size in sizes:
        _said(f"{size:,} leads", lambda size=size: dataset.grow(size))  # type: ignore[misc]
        for name in only or BENCHMARKS:
            lines += _said(name, lambda name=name, size=size: list(BENCHMARKS[name](size)))  # type: ignore[misc]
    return lines


def _said(what: str, action: Callable[[], Any]) -> Any:
    print(f"==> {what} ", end="", file=sys.stderr, flush=True)
    begin = time.monotonic()
    found = action()
    print(f"{time.monotonic() - begin:.1f} s", file=sys.stderr, flush=True)
    return found
