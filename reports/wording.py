"""What the figures say, in words. Comparisons of paths are observational: no causal words here."""

from collections.abc import Sequence

from crm.campaigns.models import Path
from reports.catalog import Result
from reports.grouping import By, Row
from reports.statistics import MINIMUM_SAMPLE, Rate, difference

UNKNOWN = "\u2013"


def percent(fraction: float, sign: str = "") -> str:
    return f"{fraction * 100:{sign}.1f}".replace("-", "\u2212")


def with_interval(rate: Rate) -> str:
    """31.2 % (26.1 to 36.9 %, n = 214)."""
    if rate.rate is None or rate.low is None or rate.high is None:
        return "an unknown rate (n = 0)"
    return f"{percent(rate.rate)} % ({percent(rate.low)} to {percent(rate.high)} %, n = {rate.leads:,})"


def close_rates(result: Result) -> list[str]:
    if not result.rows:
        return []
    return _by_path(result.rows) if result.by == By.PATH else _by_other(result)


def _by_path(rows: Sequence[Row[Rate]]) -> list[str]:
    rates = {row.group.key: row.figures for row in rows}
    known = [f"{path.label.lower()} leads at {with_interval(rates[path])}" for path in Path if path in rates]
    if not known:
        return ["No lead has reached sales yet."]
    closed = f"{'; '.join(known)}.".capitalize().replace(" leads at", " leads closed at", 1)
    return [closed, _self_qualified_against_nurtured(rates)]


def _self_qualified_against_nurtured(rates: dict[str, Rate]) -> str:
    first, second = (rates.get(path) or Rate(0, 0, None, None, None) for path in (Path.SELF_QUALIFIED, Path.NURTURED))
    if not (first.enough and second.enough):
        return (
            f"Too few to compare self-qualified with nurtured leads: {first.leads} and {second.leads}, "
            f"and {MINIMUM_SAMPLE} of each are needed."
        )
    found = difference(first, second)
    points = f"{percent(found.difference, '+')} points ({percent(found.low, '+')} to {percent(found.high, '+')})"
    if found.excludes_zero:
        return f"Self-qualified against nurtured: {points}. Unlikely to be chance alone."
    return f"Self-qualified against nurtured: {points}. Zero is within that, so it may be chance: too close to call."


def _by_other(result: Result) -> list[str]:
    overall = f"All together closed at {with_interval(result.total)}."
    enough = sorted((row for row in result.rows if row.figures.enough), key=lambda row: -row.figures.rate)
    if len(enough) < 2:
        return [overall, f"Groups are compared from {MINIMUM_SAMPLE} leads each."]
    best, least = enough[0], enough[-1]
    return [
        f"{overall} Of the {len(enough)} groups with at least {MINIMUM_SAMPLE} leads, "
        f"{best.group.label} closed most often, at {with_interval(best.figures)}, "
        f"and {least.group.label} least often, at {with_interval(least.figures)}.",
        "The first and the last of several differ by chance alone: read their intervals before you believe it.",
    ]


def mix(result: Result) -> list[str]:
    total = result.total
    if not total.leads:
        return []
    told = [
        f"Of {total.leads:,} leads {total.self_qualified:,} qualified themselves, {total.nurtured:,} were nurtured "
        f"until they qualified and {total.researched:,} were qualified by research. {total.unqualified:,} went to "
        f"sales unqualified, and {total.waiting:,} are not yet with sales."
    ]
    return [*told, _frogs(total.unqualified_per_qualified)]


def _frogs(ratio: float | None) -> str:
    if ratio is None:
        return "None has qualified yet."
    return f"For each lead that qualified there are {ratio:.1f} that never did."


def sentences(result: Result) -> list[str]:
    return {"close-rates": close_rates, "mix": mix}[result.report.name](result)
