"""Each report as its page has it, with all of its statistics, against the plain SQL that counts the same from the
records (``reports.sql``): the figures of its tables, without any of the statistics."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

from django.db import connection
from django.test.utils import CaptureQueriesContext

from reports.catalog import REPORTS
from reports.facts import keeping
from reports.report import Report
from tests.bench import report_data
from tests.bench.dataset import NOW
from tests.bench.growing import run as execute
from tests.bench.harness import Line, in_turns

RATIO, SECONDS, ROUNDS = 1.5, 0.5, 7
# Below this, both take a few milliseconds, and ours most of them for its statistics.
LARGE = 1_000_000
MEASURED = 10_000  # below, it is only seen to work
queries: dict[str, int] = {}


def run(size: int) -> Iterator[Line]:
    report_data.fill(size)
    begin = time.perf_counter()
    for _ in keeping.rebuild():
        pass
    yield Line("reports", size, "facts of all leads written", time.perf_counter() - begin)
    execute("VACUUM ANALYZE")
    assert keeping.sweep() == 0
    statements = bare()
    for name, report in REPORTS.items():
        yield from _lines(size, report, statements[name])


def _lines(size: int, report: Report, statements: list[str]) -> Iterator[Line]:
    count = _queries(report)
    assert queries.setdefault(report.name, count) == count, f"{report.name}: {queries[report.name]} queries before"
    rounds, warm_up = (ROUNDS, 2) if size >= MEASURED else (1, 0)
    timings = in_turns(lambda: _ours(report), lambda: _fetch(statements), rounds=rounds, warm_up=warm_up)
    what = f"{report.name}, {count} queries"
    ours, theirs = median(timings.ours), median(timings.bare)
    yield Line("reports", size, what, ours, theirs, RATIO if size >= LARGE else None)
    yield Line("reports", size, f"{report.name}, alone", ours, limit=SECONDS)


def _ours(report: Report) -> None:
    result = report.run(user=None, filters=report.filters({}), now=NOW)
    assert not result.empty, f"{report.name} is measured on nothing"
    result.as_json()


def _queries(report: Report) -> int:
    with CaptureQueriesContext(connection) as captured:
        _ours(report)
    return len(captured)


def _fetch(statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
            assert cursor.fetchall(), statement


def bare() -> dict[str, list[str]]:
    """Statements by report: ``reports.sql`` has them below the report's name."""
    found = {}
    for part in Path(__file__).with_suffix(".sql").read_text().split("-- report: ")[1:]:
        name, _, statements = part.partition("\n")
        found[name.strip()] = [text.strip() for text in statements.split(";") if text.strip()]
    return found
