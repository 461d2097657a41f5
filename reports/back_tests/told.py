"""A finished back-test for programs: the same from the API and from ``manage.py report back-test``."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from reports.back_tests.figures import Estimate, Figures, Measures
from reports.back_tests.shown import figures_of, lines_of
from reports.models import BackTest

NAME = "back-test"
HEADER = ("measure", "draft", "against", "difference")


def as_json(back_test: BackTest) -> dict[str, Any]:
    """Shares are fractions. ``flips``: leads about which the two policies disagree, and how many of them were won."""
    figures = figures_of(back_test)
    policies = [_policy("draft", back_test.policy, figures.draft)]
    if figures.other:
        policies.append(_policy("against", back_test.compared_with, figures.other))
    return {
        "report": NAME,
        "back_test": back_test.pk,
        "leads": figures.tally.count(),
        "won": figures.all_leads.won,
        "rows": policies,
        "differences": {
            "precision": _estimate(figures.precision_difference),
            "recall": _estimate(figures.recall_difference),
            "lift": _estimate(figures.lift_over_other),
        },
        "flips": {"gained": _flips(figures, gained=True), "lost": _flips(figures, gained=False)}
        if figures.other
        else {},
    }


def _policy(which: str, policy: Any, measures: Measures) -> dict[str, Any]:
    return {"which": which, "policy": str(policy), **asdict(measures)}


def _estimate(found: Estimate | None) -> dict[str, Any] | None:
    return asdict(found) if found else None


def _flips(figures: Figures, *, gained: bool) -> dict[str, int]:
    cell = {"draft": gained, "other": not gained}
    return {"leads": figures.tally.count(**cell), "won": figures.tally.count(**cell, won=True)}


def rows(back_test: BackTest) -> Iterator[tuple[str, str, str, str]]:
    """As the page's table writes them."""
    for line in lines_of(figures_of(back_test)):
        yield line.name, line.draft, line.other, line.difference


def as_table(back_test: BackTest) -> str:
    """For a terminal."""
    lines = [HEADER, *rows(back_test)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
