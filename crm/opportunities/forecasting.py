"""What a period will bring: won so far, and what is open by how sure we are, against the quotas."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf

from crm.opportunities.models import ForecastCategory, Opportunity, Status
from crm.opportunities.quotas import Attainment, attainment
from crm.opportunities.valuing import MONEY, amount_in
from crm.people.models import Company, Quota, User
from crm.people.periods import Period

ZERO = Decimal(0)
CLOSED = "closed"
CATEGORIES = (ForecastCategory.COMMIT, ForecastCategory.BEST_CASE, ForecastCategory.PIPELINE)


@dataclass
class Line:
    """A rep, a team or all, in the company's currency. ``by`` category or ``closed``; ``left_out`` opportunities have
    an amount without a rate; ``attained`` are quotas of the period in that currency."""

    label: str
    owner: User | None = None
    by: dict[str, Decimal] = field(default_factory=dict)
    weighted: Decimal = ZERO
    left_out: int = 0
    quota: Decimal = ZERO
    attained: Decimal = ZERO

    @property
    def cells(self) -> list[tuple[str, Decimal]]:
        return [(key, self.by.get(key, ZERO)) for key in (CLOSED, *CATEGORIES)]

    @property
    def closed(self) -> Decimal:
        return self.by.get(CLOSED, ZERO)

    @property
    def likely(self) -> Decimal:
        """Closed and committed: what the rep stands for."""
        return self.closed + self.by.get(ForecastCategory.COMMIT, ZERO)

    @property
    def expected(self) -> Decimal:
        """Closed, and what is open by its probability."""
        return self.closed + self.weighted

    @property
    def percent(self) -> int:
        return int(100 * self.attained / self.quota) if self.quota else 0

    @property
    def gap(self) -> Decimal:
        return max(self.quota - self.likely, ZERO)

    def add(self, other: "Line") -> None:
        for key, amount in other.by.items():
            self.by[key] = self.by.get(key, ZERO) + amount
        self.weighted += other.weighted
        self.left_out += other.left_out
        self.quota += other.quota
        self.attained += other.attained


@dataclass(frozen=True)
class Group:
    """A team's reps, and its sum."""

    total: Line
    reps: list[Line]


@dataclass(frozen=True)
class Forecast:
    currency: str
    groups: list[Group]
    total: Line


def in_period(opportunities: QuerySet[Opportunity], period: Period) -> QuerySet[Opportunity]:
    """Won in it, or open and expected to close in it."""
    return opportunities.exclude(status=Status.LOST).filter(
        close_date__gte=period.starts_on, close_date__lt=period.ends_on
    )


def category() -> Any:
    """The rep's word, else the stage's."""
    return Coalesce(NullIf("forecast_category", Value("")), "stage__forecast_category")


def forecast(opportunities: QuerySet[Opportunity], period: Period, *, quotas: QuerySet[Quota]) -> Forecast:
    """Three queries. ``opportunities`` and ``quotas`` are what the user may see; quotas count that lie within the
    period and are in the company's currency."""
    currency = Company.current().currency
    lines = _lines(in_period(opportunities, period), currency)
    within = quotas.filter(starts_on__gte=period.starts_on, ends_on__lte=period.ends_on, currency=currency)
    running = attainment(within)
    people = User.objects.select_related("team").in_bulk({*lines, *(found.quota.user_id for found in running)} - {None})
    for pk, user in people.items():
        line = lines.setdefault(pk, Line(""))
        line.label, line.owner = str(user), user
        _set_quota(line, (found for found in running if found.quota.user_id == pk))
    return Forecast(currency, *_grouped(lines.values()))


def _lines(opportunities: QuerySet[Opportunity], currency: str) -> dict[int | None, Line]:
    valued = opportunities.order_by().annotate(worth=amount_in(currency), category=category())
    is_open = Q(status=Status.OPEN)
    sums = valued.values("owner", "status", "category").annotate(
        sum=Sum("worth"),
        weighted=Sum(F("worth") * F("stage__probability") / 100, filter=is_open, output_field=MONEY),
        left_out=Count("pk", filter=Q(worth=None, amount__isnull=False)),
    )
    lines: dict[int | None, Line] = {}
    for row in sums:
        line = lines.setdefault(row["owner"], Line("Nobody yet"))
        key = CLOSED if row["status"] == Status.WON else row["category"]
        line.by[key] = line.by.get(key, ZERO) + (row["sum"] or ZERO)
        counted = key != ForecastCategory.OMITTED
        line.weighted += round(row["weighted"] or ZERO, 2) if counted else ZERO
        line.left_out += row["left_out"]
    return lines


def _set_quota(line: Line, running: Iterable[Attainment]) -> None:
    for found in running:
        line.quota += found.quota.amount
        line.attained += found.won


def _grouped(lines: Iterable[Line]) -> tuple[list[Group], Line]:
    """Teams by name, those without one last."""
    groups: dict[str, Group] = {}
    total = Line("All")
    for line in sorted(lines, key=lambda line: (line.owner is None, line.label)):
        team = str(line.owner.team) if line.owner and line.owner.team else ""
        group = groups.setdefault(team, Group(Line(team or "No team"), []))
        group.reps.append(line)
        group.total.add(line)
        total.add(line)
    return [groups[name] for name in sorted(groups, key=lambda name: (not name, name))], total
