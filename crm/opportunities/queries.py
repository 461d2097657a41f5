"""Sums over opportunities. Amounts of different currencies are never added up."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from crm.opportunities.models import Opportunity, Status


@dataclass(frozen=True)
class Total:
    """Of one currency; ``weighted`` by the probability of each one's stage, open ones only."""

    currency: str
    count: int
    amount: Decimal
    weighted: Decimal


def totals(opportunities: QuerySet[Opportunity]) -> list[Total]:
    return [_total(row) for row in _sums(opportunities, "currency")]


def totals_by_stage(opportunities: QuerySet[Opportunity]) -> dict[int, list[Total]]:
    """By the stage's primary key."""
    found: dict[int, list[Total]] = {}
    for row in _sums(opportunities, "stage_id", "currency"):
        found.setdefault(row["stage_id"], []).append(_total(row))
    return found


def _sums(opportunities: QuerySet[Opportunity], *by: str) -> Iterable[dict[str, Any]]:
    weighted = Sum(F("amount") * F("stage__probability") / 100, filter=Q(status=Status.OPEN))
    grouped = opportunities.order_by().values(*by)
    return grouped.annotate(count=Count("pk"), sum=Sum("amount"), weighted=weighted).order_by("-count")


def _total(row: dict[str, Any]) -> Total:
    return Total(row["currency"], row["count"], row["sum"] or Decimal(0), round(row["weighted"] or Decimal(0), 2))
