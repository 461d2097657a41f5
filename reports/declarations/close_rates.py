"""Which leads become customers, and how sure are we?"""

from collections import Counter
from itertools import combinations
from typing import Any

import django_filters as filters

from crm.campaigns.models import Path
from reports import charts
from reports.declarations.common import (
    DEFINITIONS,
    INTERVAL,
    LEADS,
    OBSERVED,
    RATE,
    WILSON,
    WON,
    YOUNG,
    is_ripe,
    rate_cells,
)
from reports.filters import LeadFilters
from reports.grouping import IN_TIME, By, Group, Row
from reports.order import in_order, in_reading_order
from reports.queries.close_rates import Strata, close_rates, close_rates_within, overall
from reports.queries.times import times_to_close
from reports.report import Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import MINIMUM_SAMPLE, Rate
from reports.statistics.rates import Comparison, compare, holm
from reports.statistics.strata import Pooled, mantel_haenszel
from reports.statistics.survival import quantiles
from reports.wording import chance, percent, points, probability, with_interval

# What paths are compared within: always the first two, and one of the others where it is asked for.
WITHIN = (By.SOURCE, By.TIME_FRAME)
MORE = (By.CAMPAIGN, By.TERRITORY, By.MONTH)
RIPE_SHARE = 0.9


class CloseRateFilters(LeadFilters):
    groupings = (
        By.PATH, By.SOURCE, By.CAMPAIGN, By.MONTH, By.WEEK, By.FORM, By.TERRITORY, By.REP, By.TEAM, By.TIME_FRAME,
    )  # fmt: skip
    manner = ("by", "within")
    within = filters.ChoiceFilter(
        label="Compare paths within", choices=[(by.value, by.label) for by in MORE], null_label=None, method="leave",
        empty_label="Source and time frame",
    )  # fmt: skip


COMPARED = [
    Column(
        "difference", "Difference", Kind.POINTS, "First close rate minus second, in percentage points.",
    ),
    Column(
        "low", "95 % interval of the difference", Kind.POINTS, high="high",
        means="R. G. Newcombe's hybrid score interval (Statistics in Medicine 17, 1998, method 10).",
    ),
    Column("ratio", "Risk ratio", Kind.RATIO, "First close rate divided by the second."),
    Column(
        "ratio_low", "95 % interval of the ratio", Kind.RATIO, high="ratio_high",
        means="Log interval of D. Katz and others (Biometrics 34, 1978).",
    ),
    Column(
        "p", "p", Kind.P,
        "How often chance alone would give a difference this large: pooled two-proportion z-test.",
    ),
    Column(
        "p_holm", "p, corrected", Kind.P,
        "Corrected for all comparisons of this table by S. Holm's method (Scandinavian Journal of Statistics 6, 1979).",
    ),
]  # fmt: skip


def build(scope: Scope) -> Findings:
    strata: dict[str, Strata] = {}
    if scope.by == By.PATH:
        rows, strata = close_rates_within(by=By.PATH, within=_within(scope), user=scope.user, filters=scope.filters)
    else:
        rows = close_rates(by=scope.by, user=scope.user, filters=scope.filters)
    total = overall(rows)
    horizon = _horizon(scope)
    lines = [_line(row, horizon, scope) for row in rows]
    table = Table(
        "rows", "Close rates", scope.by, [LEADS, WON, RATE, WILSON], lines,
        total=Line("", rate_cells(total), total=True), linked=True,
    )  # fmt: skip
    compared = _comparisons(rows, scope)
    reading = [_line(row, horizon, scope) for row in in_reading_order(rows, scope.by)]
    chart = charts.dots(scope, reading, value="rate", reference=(total.rate, "all"))
    more = [_comparison_table(compared)] if compared else []
    within = [_within_table(rows, found, by) for by, found in strata.items()]
    told = [*_sentences(rows, total, compared, horizon, scope), *filter(None, map(_like_with_like, within))]
    return Findings([table, *more, *(each for each in within if each.lines)], told, chart, f"{OBSERVED} {YOUNG}")


def _within(scope: Scope) -> list[str]:
    chosen = scope.filters.setting("within")
    asked = scope.filters.yardsticks.time_frame
    return [by for by in WITHIN if asked or by != By.TIME_FRAME] + ([chosen] if chosen else [])


def _horizon(scope: Scope) -> float | None:
    """Days within which nine of ten wins came; None where it does not matter."""
    if scope.by not in IN_TIME or scope.filters.by_close:
        return None
    times = times_to_close(by=By.PATH, user=scope.user, filters=scope.filters, now=scope.now)
    won: Counter[int] = Counter()
    for each in times.values():
        won += each.won
    found = quantiles(won, [RIPE_SHARE])
    return found[0] if found else None


def _line(row: Row[Rate], horizon: float | None, scope: Scope) -> Line:
    return Line(
        row.group.label,
        rate_cells(row.figures),
        key=row.group.key,
        group=row.group,
        few=not row.figures.enough,
        ripe=is_ripe(row.group, horizon, scope),
    )


Pair = tuple[str, str, Comparison]


def _comparisons(rows: list[Row[Rate]], scope: Scope) -> list[Pair]:
    """Paths with each other, other groups each with all the rest."""
    if scope.by in IN_TIME:
        return []
    ordered = [row for row in in_reading_order(rows, scope.by) if row.figures.enough]
    if scope.by == By.PATH:
        pairs = combinations((row for row in ordered if row.group.key), 2)
        return [
            (f"{a.group.key}:{b.group.key}", f"{a.group.label} against {b.group.label.lower()}",
             compare(a.figures, b.figures))
            for a, b in pairs
        ]  # fmt: skip
    found = []
    for row in ordered:
        rest = _rest(rows, row)
        if rest.enough:
            found.append((row.group.key, f"{row.group.label} against the rest", compare(row.figures, rest)))
    return found


def _rest(rows: list[Row[Rate]], one: Row[Rate]) -> Rate:
    return overall([row for row in rows if row is not one])


def comparison_cells(found: Comparison, corrected: float) -> dict[str, Any]:
    return {
        "difference": found.difference.difference,
        "low": found.difference.low,
        "high": found.difference.high,
        "ratio": found.ratio,
        "ratio_low": found.ratio_low,
        "ratio_high": found.ratio_high,
        "z": found.z,
        "p": found.p,
        "p_holm": corrected,
    }


def _comparison_table(compared: list[Pair]) -> Table:
    corrected = holm([found.p for _, _, found in compared])
    lines = [
        Line(label, comparison_cells(found, p), key=key)
        for (key, label, found), p in zip(compared, corrected, strict=True)
    ]
    return Table("comparisons", "Compared", "comparison", COMPARED, lines)


def _within_table(rows: list[Row[Rate]], strata: Strata, within: str) -> Table:
    """The first two paths with enough leads, in each stratum and pooled over all of them; no lines without two."""
    enough = {row.group.key: row for row in rows if row.figures.enough}
    paths = [path for path in Path.values if path in enough][:2]
    name, by = f"within_{within}", By(within).label.lower()
    if len(paths) < 2:
        return Table(name, "", within, [], [])
    groups = [enough[path].group for path in paths]
    pairs = {
        stratum: (_of(rates, groups[0]), _of(rates, groups[1]))
        for stratum, rates in strata.items()
        if any(group in rates for group in groups)
    }
    title = f"{groups[0].label} against {groups[1].label.lower()} within each {by}"
    lines = [
        Line(stratum.label, _stratum_cells(*pair), key=stratum.key)
        for stratum, pair in in_order(pairs, within)
    ]  # fmt: skip
    crude = mantel_haenszel([(enough[paths[0]].figures, enough[paths[1]].figures)])
    total = _pooled(mantel_haenszel(list(pairs.values())), crude)
    return Table(name, title, within, _within_columns([group.label for group in groups]), lines, total=total)


def _pooled(pooled: Pooled | None, crude: Pooled | None) -> Line | None:
    if not (pooled and crude):
        return None
    cells = {
        "odds_ratio": pooled.odds_ratio, "odds_low": pooled.low, "odds_high": pooled.high, "p": pooled.p,
        "p_same": pooled.p_same, "crude": crude.odds_ratio, "strata": pooled.strata,
    }  # fmt: skip
    return Line("Pooled over the strata", cells, total=True)


def _like_with_like(table: Table) -> str:
    """What is left of a difference once a mix shift is taken out; "" where there is no mix."""
    cells = table.total.cells if table.total else {}
    known = [cells.get(name) for name in ("odds_ratio", "odds_low", "odds_high", "crude")]
    if None in known or cells["strata"] < 2:
        return ""
    ratio, low, high, crude = known
    return (
        f"{table.title}: the odds of a win are {ratio:.2f} times as high ({low:.2f} to {high:.2f}); with all thrown "
        f"together {crude:.2f} times."
    )


def _of(rates: dict[Group, Rate], group: Group) -> Rate:
    return rates.get(group) or Rate(0, 0, None, None, None)


def _stratum_cells(first: Rate, second: Rate) -> dict[str, Any]:
    both = mantel_haenszel([(first, second)])
    return {
        "first_leads": first.leads, "first_rate": first.rate, "second_leads": second.leads, "second_rate": second.rate,
        "odds_ratio": both.odds_ratio if both else None,
        "odds_low": both.low if both else None, "odds_high": both.high if both else None,
        "p": both.p if both else None,
    }  # fmt: skip


def _within_columns(names: list[str]) -> list[Column]:
    return [
        Column("first_leads", f"{names[0]}: leads"),
        Column("first_rate", f"{names[0]}: close rate", Kind.SHARE),
        Column("second_leads", f"{names[1]}: leads"),
        Column("second_rate", f"{names[1]}: close rate", Kind.SHARE),
        Column(
            "odds_ratio", "Odds ratio", Kind.RATIO,
            "Odds of a win of the first path against the second in the stratum; pooled: Mantel and Haenszel's (1959).",
        ),
        Column("odds_low", "95 % interval of the odds ratio", Kind.RATIO, high="odds_high",
               means="By J. Robins, N. Breslow and S. Greenland (Biometrics 42, 1986)."),
        Column("p", "p", Kind.P),
        Column("crude", "Odds ratio, not stratified", Kind.RATIO,
               "What comes out when the strata are thrown together. Far from the pooled one: a mix shift."),
        Column("p_same", "p that strata agree", Kind.P,
               "Breslow and Day's test (1980): small where the paths differ more in some strata than in others."),
    ]  # fmt: skip


def _sentences(
    rows: list[Row[Rate]], total: Rate, compared: list[Pair], horizon: float | None, scope: Scope
) -> list[str]:
    if not rows:
        return []
    told = _by_path(rows, compared) if scope.by == By.PATH else _by_other(rows, total, compared, scope)
    if horizon is not None:
        told.append(
            f"Nine of ten wins came within {horizon:.0f} days of the first inquiry. Cohorts with younger "
            f"leads than that "
            "are dashed: they are not ripe yet."
        )
    return told


def _by_path(rows: list[Row[Rate]], compared: list[Pair]) -> list[str]:
    rates = {row.group.key: row.figures for row in rows}
    known = [f"{path.label.lower()} leads at {with_interval(rates[path])}" for path in Path if path in rates]
    if not known:
        return ["No lead has reached sales yet."]
    closed = f"{'; '.join(known)}.".capitalize().replace(" leads at", " leads closed at", 1)
    return [closed, _self_qualified_against_nurtured(rates, compared)]


def _self_qualified_against_nurtured(rates: dict[str, Rate], compared: list[Pair]) -> str:
    corrected = holm([found.p for _, _, found in compared])
    for (key, _, found), p in zip(compared, corrected, strict=True):
        if key == f"{Path.SELF_QUALIFIED}:{Path.NURTURED}":
            return f"Self-qualified against nurtured: {points(found.difference)}. {chance(found, p)}"
    first, second = (rates[path].leads if path in rates else 0 for path in (Path.SELF_QUALIFIED, Path.NURTURED))
    return (
        f"Too few to compare self-qualified with nurtured leads: {first} and {second}, "
        f"and {MINIMUM_SAMPLE} of each are needed."
    )


def _by_other(rows: list[Row[Rate]], total: Rate, compared: list[Pair], scope: Scope) -> list[str]:
    overall_rate = f"All together closed at {with_interval(total)}."
    enough = sorted((row for row in rows if row.figures.enough), key=lambda row: -(row.figures.rate or 0))
    if len(enough) < 2:
        return [overall_rate, f"Groups are compared from {MINIMUM_SAMPLE} leads each."]
    best, least = enough[0], enough[-1]
    told = [
        f"{overall_rate} Of the {len(enough)} groups with at least {MINIMUM_SAMPLE} leads, "
        f"{best.group.label} closed most often, at {with_interval(best.figures)}, "
        f"and {least.group.label} least often, at {with_interval(least.figures)}.",
        "The first and the last of several differ by chance alone: read their intervals before you believe it.",
    ]
    corrected = holm([found.p for _, _, found in compared])
    sure = [
        f"{label.removesuffix(' against the rest')} {percent(found.difference.difference, '+')} points "
        f"({probability(p)})"
        for (_, label, found), p in zip(compared, corrected, strict=True)
        if p < 0.05
    ]
    if compared:
        text = f"Against the rest, beyond chance after Holm's correction: {'; '.join(sure)}." if sure else (
            "Against the rest, none differs beyond chance after Holm's correction."
        )  # fmt: skip
        told.append(text)
    return told


REPORT = Report(
    name="close-rates",
    title="Close rates",
    question="Which leads become customers, and how sure are we?",
    icon="chart-dots",
    filters=CloseRateFilters,
    build=build,
    definitions={**DEFINITIONS, "95 % interval": INTERVAL},
    chart_key=(
        "Mark: close rate. Whisker: 95 % interval. Hollow: few leads. Dashed: few, or not ripe. "
        "Dashed line: all leads together."
    ),
    shown="by since until source within",
)
