"""Who makes quota, and who got the qualified leads?"""

from datetime import date
from typing import Any

from crm.opportunities.quotas import Attainment, attainment
from crm.people.models import Quota
from reports import charts
from reports.declarations.common import OBSERVED
from reports.filters import LeadFilters
from reports.grouping import By, Group
from reports.queries.quota import qualified_leads
from reports.report import Remedy, Report
from reports.results import Column, Findings, Kind, Line, Scope, Table
from reports.statistics import MINIMUM_SAMPLE, Rate, difference, wilson
from reports.wording import points, with_interval


class QuotaFilters(LeadFilters):
    groupings = (By.REP,)


COLUMNS = [
    Column("quotas", "Quotas", means="Months or quarters with a quota that ended within the period, or the last year."),
    Column("made", "Made", means="Quotas whose amount was won by their end."),
    Column("share_made", "Share made", Kind.SHARE, "Made quotas of all."),
    Column("attainment", "Attainment", Kind.SHARE,
           "Mean of what was won divided by the quota, each in the quota's currency."),
    Column("qualified", "Qualified leads", means=(
        "Leads that reached sales by a path other than unqualified in that time and are owned by the rep."
    )),
    Column("share_qualified", "Share of the qualified", Kind.SHARE, "Of all qualified leads that somebody owns."),
]  # fmt: skip


def build(scope: Scope) -> Findings:
    found = attainment(_quotas(scope))
    if not found:
        return Findings([Table("rows", "Quota", By.REP, COLUMNS, [])], [])
    first, last = min(each.quota.starts_on for each in found), max(each.quota.ends_on for each in found)
    qualified = qualified_leads(first=first, last=last, user=scope.user, filters=scope.filters)
    by_rep: dict[int, list[Attainment]] = {}
    for each in found:
        by_rep.setdefault(each.quota.user_id, []).append(each)
    total = sum(qualified.get(rep, 0) for rep in by_rep)
    lines = [_line(each, qualified, total) for each in by_rep.values()]
    lines.sort(key=lambda line: (-line.cells["attainment"], line.label))
    whole = _cells(found, total, total)
    table = Table("rows", f"Quota, {first} to {last}", By.REP, COLUMNS, lines, Line("", whole, total=True))
    chart = charts.dots(scope, lines, value="attainment", n="quotas", unit="share", reference=(1.0, "quota"))
    return Findings([table], _sentences(lines), chart, OBSERVED)


def _quotas(scope: Scope) -> Any:
    today = scope.now.astimezone(scope.filters.zone).date()
    chosen = scope.filters.chosen
    until = chosen.get("until") or today
    since = chosen.get("since") or date(until.year - 1, until.month, 1)
    quotas = Quota.objects.filter(ends_on__gt=since, ends_on__lte=min(until, today)).order_by("user", "starts_on")
    if owner := chosen.get("owner"):
        quotas = quotas.filter(user=None if owner == "none" else owner)
    if team := chosen.get("team"):
        quotas = quotas.filter(user__team=None if team == "none" else team)
    if scope.user and not scope.user.is_manager:
        quotas = quotas.filter(user=scope.user)
    return quotas


def _line(found: list[Attainment], qualified: dict[int, int], total: int) -> Line:
    rep = found[0].quota.user
    group = Group(By.REP, rep.email, str(rep), str(rep.pk))
    return Line(str(rep), _cells(found, qualified.get(rep.pk, 0), total), key=rep.email, group=group)


def _cells(found: list[Attainment], qualified: int, total: int) -> dict[str, Any]:
    made = sum(each.made for each in found)
    return {
        "quotas": len(found), "made": made, "share_made": made / len(found),
        "attainment": sum(each.share for each in found) / len(found), "qualified": qualified,
        "share_qualified": qualified / total if total else None,
    }  # fmt: skip


def _sentences(lines: list[Line]) -> list[str]:
    made, quotas = (sum(line.cells[name] for line in lines) for name in ("made", "quotas"))
    told = [f"{made} of {quotas} quotas were made: {with_interval(wilson(made, quotas)).replace('n =', 'quotas =')}."]
    ranked = sorted(lines, key=lambda line: -line.cells["qualified"])
    half = len(ranked) // 2
    upper, lower = (_together(part) for part in (ranked[:half], ranked[half:]))
    if min(upper.leads, lower.leads) < MINIMUM_SAMPLE:
        few = f"{MINIMUM_SAMPLE} quotas on either side are needed."
        return [*told, f"Too few to say whether reps with more qualified leads make quota more often: {few}"]
    found = difference(upper, lower)
    sure = "Unlikely to be chance alone." if found.excludes_zero else "Zero is within that: too close to call."
    return [
        *told,
        "The half of the reps with more qualified leads made "
        f"{upper.won} of {upper.leads} quotas, the other half {lower.won} of {lower.leads}: {points(found)}. {sure}",
    ]


def _together(lines: list[Line]) -> Rate:
    return wilson(sum(line.cells["made"] for line in lines), sum(line.cells["quotas"] for line in lines))


REPORT = Report(
    name="quota",
    title="Quota",
    question="Who makes quota, and who got the qualified leads?",
    icon="trophy",
    filters=QuotaFilters,
    build=build,
    definitions={"Period": "Of the quotas' ends. Without one: the last year."},
    chart_key="Mark: what was won, as a share of the quota. Dashed line: quota made.",
    shown="since until team owner",
    managers_only=True,
    nothing=(
        "No quota has ended yet",
        "Administrators set a quota for each rep: it counts here when its month or quarter is over.",
    ),
    remedies=(Remedy("people.view_quota", "admin:people_quota_changelist", "Quotas"),),
)
