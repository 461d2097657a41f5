"""What does a treatment add, against those who were drawn at random to go without it?"""

from itertools import pairwise
from typing import Any, ClassVar

from leads.populations import OptionFilter
from reports import charts
from reports.declarations.close_rates import COMPARED, comparison_cells
from reports.declarations.common import DEFINITIONS, WON_LEAD
from reports.filters import LeadFilters
from reports.grouping import By, Group
from reports.queries.lift import ArmFigures, arms, experiment_of
from reports.report import Remedy, Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import MINIMUM_SAMPLE, wilson
from reports.statistics.money import mean, welch
from reports.statistics.power import detectable, sample_needed, sample_ratio
from reports.statistics.rates import Comparison, compare, holm
from reports.wording import chance, points

OUTCOMES = {"engaged": "Two-way contact", "qualified": "Qualified", "won": "Won"}
SUSPICIOUS = 0.001


class LiftFilters(LeadFilters):
    groupings = (By.ARM,)
    manner: ClassVar[tuple[str, ...]] = ("by", "experiment")
    experiment = OptionFilter("experiment", label="Test", any_label="The newest", method="leave")


RATES = [
    column
    for name, label in OUTCOMES.items()
    for column in (
        Column(name, label, means={"won": WON_LEAD, "engaged": "There was two-way contact at some time.",
                                   "qualified": "Reached sales by a path other than unqualified."}[name],
               narrows={"won": "yes"} if name == "won" else {"reached": name}),
        Column(f"{name}_rate", f"{label}, share", Kind.SHARE, "Of all leads drawn into the group."),
        Column(f"{name}_low", f"{label}, 95 % interval", Kind.SHARE, high=f"{name}_high"),
    )
]  # fmt: skip
COLUMNS = [
    Column("leads", "Leads", narrows={},
           means="Drawn into the group at random, whatever they got afterwards (intention to treat)."),
    Column("planned", "Planned share", Kind.SHARE, "The share the group was planned to have."),
    *RATES,
    Column("revenue", "Revenue", Kind.MONEY, "Amounts of won opportunities, in the company's currency only."),
    Column("revenue_per_lead", "Revenue a lead", Kind.MONEY,
           "Revenue divided by all leads of the group, those who brought nothing included."),
]  # fmt: skip
LIFTS = [
    Column("outcome", "Outcome", Kind.TEXT),
    *COMPARED,
    Column("z", "z", Kind.RATIO, "Pooled two-proportion z-statistic."),
    Column("detectable", "Smallest it could show", Kind.POINTS,
           "The smallest true difference that samples of this size show in four cases of five."),
    Column("needed", "Leads still needed", Kind.COUNT,
           "In the treated group, to show a true difference as large as this one in four cases of five."),
]  # fmt: skip
MONEY = [
    Column("difference", "Difference a lead", Kind.MONEY),
    Column("low", "95 % interval", Kind.MONEY, "By B. L. Welch (Biometrika 34, 1947).", high="high"),
    Column("p", "p", Kind.P, "Welch's test: variances need not be equal."),
]


def build(scope: Scope) -> Findings:
    experiment = experiment_of(scope.filters)
    found = arms(experiment, user=scope.user, filters=scope.filters) if experiment else []
    if not experiment or not any(each.leads for each in found):
        return Findings([Table("rows", "Lift", By.ARM, COLUMNS, [])], [])
    weights = sum(each.arm.weight for each in found)
    lines = [_line(each, weights) for each in found]
    pairs = _pairs(found)
    lifts = _lifts(pairs)
    check = sample_ratio([each.leads for each in found], [each.arm.weight for each in found])
    tables = [
        Table("rows", experiment.name, By.ARM, COLUMNS, lines, linked=True),
        Table("lift", "Against the control", "comparison", LIFTS, [line for line, _, _ in lifts]),
        Table("money", "Revenue a lead, against the control", "comparison", MONEY, _money(pairs)),
        _check_table(check),
    ]
    chart = charts.dots(
        scope,
        [line for line, _, _ in lifts],
        value="difference",
        n="n",
        unit="points",
        reference=(0.0, "no difference"),
    )
    return Findings(tables, _sentences(experiment.name, lifts, check), chart, _caution(check))


def _line(found: ArmFigures, weights: int) -> Line:
    cells: dict[str, Any] = {"leads": found.leads, "planned": found.arm.weight / weights}
    for name in OUTCOMES:
        rate = wilson(getattr(found, name), found.leads)
        cells |= {name: rate.won, f"{name}_rate": rate.rate, f"{name}_low": rate.low, f"{name}_high": rate.high}
    money = mean(found.amounts)
    cells |= {"revenue": money.total, "revenue_per_lead": money.mean}
    label = f"{found.arm.name} (control)" if found.arm.control else found.arm.name
    return Line(label, cells, key=found.arm.key, group=Group(By.ARM, found.arm.key, label, str(found.arm.pk)))


Pair = tuple[str, str, ArmFigures, ArmFigures]


def _pairs(found: list[ArmFigures]) -> list[Pair]:
    """Each arm against the control, and all that were treated together; without a control each against the next."""
    control = next((each for each in found if each.arm.control), None)
    if control is None:
        return [(f"{b.arm.key}:{a.arm.key}", f"{b.arm.name} against {a.arm.name}", b, a) for a, b in pairwise(found)]
    treated = [each for each in found if each is not control]
    pairs = [(each.arm.key, f"{each.arm.name} against {control.arm.name}", each, control) for each in treated]
    if len(treated) > 1:
        together = ArmFigures(None)
        for each in treated:
            together.add(each)
        pairs.append(("any", f"Any of them against {control.arm.name}", together, control))
    return pairs


Lift = tuple[Line, Comparison, float]


def _lifts(pairs: list[Pair]) -> list[Lift]:
    compared = [
        (key, label, outcome, wilson(getattr(a, outcome), a.leads), wilson(getattr(b, outcome), b.leads))
        for key, label, a, b in pairs
        for outcome in OUTCOMES
        if a.leads and b.leads and any(getattr(each, outcome) for _, _, *both in pairs for each in both)
    ]
    found = [compare(first, second) for *_, first, second in compared]
    corrected = holm([each.p for each in found])
    lifts = []
    for (key, label, outcome, first, second), each, p in zip(compared, found, corrected, strict=True):
        enough = first.enough and second.enough
        needed = sample_needed(first, second)
        cells = {
            **comparison_cells(each, p), "outcome": OUTCOMES[outcome], "n": first.leads,
            "detectable": detectable(first.leads, second), "needed": max(needed - first.leads, 0) if needed else None,
        }  # fmt: skip
        line = Line(f"{OUTCOMES[outcome]}: {label}", cells, key=f"{key}:{outcome}", few=not enough)
        lifts.append((line, each, p))
    return lifts


def _money(pairs: list[Pair]) -> list[Line]:
    found = [(key, label, welch(a.amounts, b.amounts)) for key, label, a, b in pairs]
    return [
        Line(label, {"difference": each.difference, "low": each.low, "high": each.high, "p": each.p}, key=key)
        for key, label, each in found
        if each
    ]


def _check_table(check: tuple[float, float] | None) -> Table:
    columns = [
        Column("chi_squared", "Chi-squared", Kind.NUMBER),
        Column(
            "p", "p", Kind.P, "Pearson's test that the groups have their planned shares. Below 0.001: do not use them."
        ),
    ]
    lines = [Line("Sizes of the groups", {"chi_squared": check[0], "p": check[1]}, key="sizes")] if check else []
    return Table("sample_ratio", "Sample-ratio check", "check", columns, lines)


def _sentences(name: str, lifts: list[Lift], check: tuple[float, float] | None) -> list[str]:
    if check and check[1] < SUSPICIOUS:
        return [
            f"{name}: the groups do not have the sizes they were planned to have (p = {check[1]:.2g}). "
            f"Something is wrong "
            "with the split: do not draw conclusions from it."
        ]
    told = []
    for line, found, p in lifts:
        if not (line.key.endswith(":won") or line.key.endswith(":engaged")):
            continue
        if line.few:
            told.append(f"{line.label}: too few, {MINIMUM_SAMPLE} leads in each group are needed.")
        elif p < 0.05:
            told.append(
                f"{line.label}: the treatment made a difference of {points(found.difference)}. {chance(found, p)}"
            )
        else:
            told.append(f"{line.label}: {points(found.difference)}. {chance(found, p)}")
    return told or [f"{name}: nothing to compare yet."]


def _caution(check: tuple[float, float] | None) -> str:
    shares = f" Sizes as planned: p = {check[1]:.3f}." if check and check[1] >= SUSPICIOUS else ""
    return (
        "Drawn at random, so what differs beyond chance is what the treatment did. Everybody counts in the group they "
        f"were drawn into.{shares}"
    )


REPORT = Report(
    name="lift",
    title="Lift",
    question="What does nurture add, against those who were held out of it at random?",
    icon="arrows-split-2",
    filters=LiftFilters,
    build=build,
    definitions=DEFINITIONS,
    chart_key="Mark: difference from the control, in percentage points. Whisker: 95 % interval.",
    shown="experiment since until source",
    nothing=(
        "Nobody has been drawn at random yet",
        "A sequence that holds a share of its leads out shows what it adds; so does a past test that was imported.",
    ),
    remedies=(Remedy("nurture.view_sequence", "admin:nurture_sequence_changelist", "Sequences"),),
)
