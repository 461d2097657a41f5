"""How far reps are with their quotas: what they won while each ran."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Case, Count, F, OuterRef, Q, QuerySet, Subquery, Sum, When

from crm.opportunities.models import Opportunity
from crm.opportunities.valuing import MONEY
from crm.people.models import Quota

ZERO = Decimal(0)


@dataclass(frozen=True)
class Attainment:
    """``won`` in the quota's currency, of ``deals`` opportunities; ``left_out`` more could not be converted into it."""

    quota: Quota
    won: Decimal
    deals: int
    left_out: int

    @property
    def share(self) -> float:
        """1.0 is exactly the quota."""
        return float(self.won / self.quota.amount)

    @property
    def percent(self) -> int:
        """Whole, rounded down: 100 means made."""
        return int(100 * self.won / self.quota.amount)

    @property
    def made(self) -> bool:
        return self.won >= self.quota.amount

    @property
    def missing(self) -> Decimal:
        return max(self.quota.amount - self.won, ZERO)

    def time_percent(self, today: date) -> int:
        """How much of its time has gone."""
        days = (self.quota.ends_on - self.quota.starts_on).days
        return min(max(round(100 * (today - self.quota.starts_on).days / days), 0), 100)


def attainment(quotas: QuerySet[Quota]) -> list[Attainment]:
    """One query, in the order of ``quotas``. An opportunity counts for its owner on the day it closed (``close_date``),
    in the quota's own currency or at the rate stored with it; else it is in ``left_out``."""
    won = Opportunity.objects.won().filter(
        owner=OuterRef("user"), close_date__gte=OuterRef("starts_on"), close_date__lt=OuterRef("ends_on")
    )
    in_its_currency = Case(
        When(currency=OuterRef("currency"), then=F("amount")),
        When(company_currency=OuterRef("currency"), then=F("company_amount")),
        output_field=MONEY,
    )
    mine = won.order_by().annotate(worth=in_its_currency).values("owner")
    counted = quotas.select_related("user").annotate(
        won=Subquery(mine.annotate(sum=Sum("worth")).values("sum"), output_field=MONEY),
        deals=Subquery(mine.annotate(n=Count("pk", filter=Q(worth__isnull=False))).values("n")),
        left_out=Subquery(mine.annotate(n=Count("pk", filter=Q(worth=None, amount__isnull=False))).values("n")),
    )
    return [Attainment(quota, quota.won or ZERO, quota.deals or 0, quota.left_out or 0) for quota in counted]


@dataclass(frozen=True)
class Together:
    """Several quotas of one currency as one: a team's."""

    currency: str
    quota: Decimal
    won: Decimal
    reps: int
    made: int

    @property
    def percent(self) -> int:
        return int(100 * self.won / self.quota) if self.quota else 0


def together(attainments: Iterable[Attainment]) -> list[Together]:
    """By currency, so that no two are added up."""
    by_currency: dict[str, list[Attainment]] = {}
    for found in attainments:
        by_currency.setdefault(found.quota.currency, []).append(found)
    return [
        Together(
            currency,
            quota=sum((one.quota.amount for one in found), ZERO),
            won=sum((one.won for one in found), ZERO),
            reps=len({one.quota.user_id for one in found}),
            made=sum(one.made for one in found),
        )
        for currency, found in sorted(by_currency.items())
    ]
