"""The benchmarks do what they say, at a size that measures nothing."""

import os
import subprocess
import sys

import pytest

from scripts import cli
from scripts.common import ROOT
from tests.bench import harness
from tests.bench.harness import Line, Timings

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")


@pytest.mark.services
@pytest.mark.skipif(not ON_POSTGRES, reason="the benchmarks run on PostgreSQL")
def test_bench_measures_everything_in_a_database_of_its_own():
    bench = "import sys; from scripts import benching; sys.exit(benching.run(sizes=[100], only=[]))"
    done = subprocess.run([sys.executable, "-c", bench], cwd=ROOT, capture_output=True, text=True, timeout=280)
    measured = {line.split()[0] for line in done.stdout.splitlines() if line.split()[1:2] == ["100"]}
    assert measured == {"inquiry", "conversion", "sweep", "delivery", "back-test", "reports"}, done.stderr
    assert done.returncode == ("MISSED" in done.stdout)


def test_ratio_counts_against_the_limit_and_seconds_where_nothing_is_bare():
    assert Line("b", 1, "w", ours=0.4, bare=0.1, limit=3).missed
    assert not Line("b", 1, "w", ours=0.3, bare=0.1, limit=3.1).missed
    assert Line("b", 1, "w", ours=0.021, limit=0.020).missed
    assert not Line("b", 1, "w", ours=5).missed


def test_sides_take_turns_and_the_warm_up_is_not_counted():
    seen = []
    timings = harness.in_turns(
        lambda: seen.append("A"), lambda: seen.append("B"), rounds=2, warm_up=1, between=lambda: seen.append("-")
    )
    assert "".join(seen) == "A-B-A-B-A-B-"
    assert (len(timings.ours), len(timings.bare)) == (2, 2)


def test_p95_is_the_nearest_rank():
    assert harness.p95([float(n) for n in range(1, 101)]) == 95
    assert harness.p95([3.0]) == 3


def test_table_names_the_missed_limit():
    lines = Timings([0.5] * 20, [0.1] * 20).lines("form", 10_000, "posted", limit=3)
    assert harness.table(lines).splitlines() == [
        "benchmark  records  measured             ours       bare   ratio  limit",
        "form        10,000  posted, p95     500.00 ms  100.00 ms  5.00 x    3 x  MISSED",
        "form        10,000  posted, median  500.00 ms  100.00 ms  5.00 x",
    ]


@pytest.mark.parametrize(
    ("text", "sizes"), [("10k", [10_000]), ("1M,10k,100K", [10_000, 100_000, 1_000_000]), ("500, 500", [500])]
)
def test_sizes_are_read_smallest_first(text, sizes):
    assert cli.parse(["bench", "--size", text]).size == sizes


@pytest.mark.parametrize("text", ["", "ten", "0", "-5", "10kk", "1,,2"])
def test_sizes_that_are_none_are_refused(text, capsys):
    with pytest.raises(SystemExit):
        cli.parse(["bench", "--size", text])
    assert "give them as 10k,100k,1M" in capsys.readouterr().err
