"""Sums over opportunities, in the company's currency. What has no exchange rate is named, never added."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from crm.opportunities.models import Opportunity, Status
from crm.opportunities.valuing import MONEY, amount_in
from crm.people.models import Company

ZERO = Decimal(0)


@dataclass(frozen=True)
class Part:
    """Amounts of one currency, in that currency."""

    currency: str
    count: int
    amount: Decimal


@dataclass(frozen=True)
class Totals:
    """``weighted`` by the probability of each one's stage, open ones only. ``foreign``: what of it came from other
    currencies, ``left_out``: what no rate is known for, which is in no sum."""

    currency: str
    count: int = 0
    amount: Decimal = ZERO
    weighted: Decimal = ZERO
    foreign: list[Part] = field(default_factory=list)
    left_out: list[Part] = field(default_factory=list)


def totals(opportunities: QuerySet[Opportunity]) -> Totals:
    currency = Company.current().currency
    return _together(list(_sums(opportunities, currency)), currency)


def totals_by_stage(opportunities: QuerySet[Opportunity]) -> dict[int, Totals]:
    """By the stage's primary key; one query."""
    currency = Company.current().currency
    rows: dict[int, list[dict[str, Any]]] = {}
    for row in _sums(opportunities, currency, "stage_id"):
        rows.setdefault(row["stage_id"], []).append(row)
    return {stage: _together(found, currency) for stage, found in rows.items()}


def _sums(opportunities: QuerySet[Opportunity], currency: str, *by: str) -> Iterable[dict[str, Any]]:
    valued = opportunities.order_by().annotate(worth=amount_in(currency))
    unvalued = Q(worth=None, amount__isnull=False)
    weighted = Sum(F("worth") * F("stage__probability") / 100, filter=Q(status=Status.OPEN), output_field=MONEY)
    return (
        valued.values(*by, "currency")
        .annotate(
            count=Count("pk"),
            sum=Sum("worth"),
            weighted=weighted,
            own=Sum("amount", filter=Q(worth__isnull=False)),
            valued=Count("worth"),
            lost=Sum("amount", filter=unvalued),
            unvalued=Count("pk", filter=unvalued),
        )
        .order_by("currency")
    )


def _together(rows: Sequence[dict[str, Any]], currency: str) -> Totals:
    foreign = [Part(row["currency"], row["valued"], row["own"]) for row in rows if row["valued"]]
    return Totals(
        currency,
        count=sum(row["count"] for row in rows),
        amount=sum((row["sum"] or ZERO for row in rows), ZERO),
        weighted=round(sum((row["weighted"] or ZERO for row in rows), ZERO), 2),
        foreign=[part for part in foreign if part.currency != currency],
        left_out=[Part(row["currency"], row["unvalued"], row["lost"]) for row in rows if row["unvalued"]],
    )
