"""What leads bring and what they cost, in the company's currency."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, F, Q, Sum

from crm.campaigns.models import Campaign
from crm.people.models import User
from reports.facts.counts import LEADS, QUALIFIED, WON
from reports.facts.reading import counted
from reports.filters import LeadFilters
from reports.grouping import Group, column_of, regrouped
from reports.statistics.money import Amounts

ZERO = Decimal(0)
COUNTED: dict[str, Any] = {
    "leads": LEADS, "qualified": QUALIFIED, "won": WON, "unknown": Count("pk", filter=Q(unpriced="unknown")),
    "foreign": Count("pk", filter=Q(unpriced="foreign")),
}  # fmt: skip
SQUARES: Any = DecimalField(max_digits=40, decimal_places=4)
BROUGHT: dict[str, Any] = {"total": Sum("worth"), "squares": Sum(F("worth") * F("worth"), output_field=SQUARES)}


@dataclass
class Worth:
    """``unknown``: won without an amount; ``foreign``: won in another currency. ``cost``: the leads' shares of what
    their campaigns cost."""

    leads: int = 0
    qualified: int = 0
    won: int = 0
    unknown: int = 0
    foreign: int = 0
    cost: Decimal = ZERO
    amounts: Amounts = field(default_factory=Amounts)

    @property
    def revenue(self) -> Decimal:
        return self.amounts.total

    def add(self, other: "Worth") -> None:
        for name in (*COUNTED, "cost", "amounts"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


def worth(*, by: str, user: User | None, filters: LeadFilters) -> dict[Group, Worth]:
    """By group. Three queries at most."""
    columns = dict.fromkeys([column_of(by, day=filters.day), "campaign"])
    found: dict[Group, Worth] = defaultdict(Worth)
    rows = counted(*columns, user=user, filters=filters, **COUNTED, **BROUGHT)
    costs = cost_per_lead(filters, user=user, rows=rows)
    for group, row in regrouped(rows, by=by, filters=filters):
        cost = costs.get(row["campaign"], ZERO) * row["leads"]
        amounts = Amounts.of(row["leads"], row["total"], row["squares"])
        found[group].add(Worth(**{name: row[name] for name in COUNTED}, cost=cost, amounts=amounts))
    return dict(found)


def cost_per_lead(filters: LeadFilters, *, user: User | None, rows: list[dict[str, Any]]) -> dict[int, Decimal]:
    """What each campaign cost for each of all the leads it ever brought, whatever ``filters`` say, by its id. Campaigns
    in another currency are left out. ``rows``: what was counted by campaign for ``user``; where that was everything it
    is not counted again."""
    costs = dict(Campaign.objects.filter(currency=filters.currency, cost__gt=0).values_list("pk", "cost"))
    if not costs:
        return {}
    if filters.chosen or (user and not user.is_manager):
        rows = counted("campaign", user=None, filters=filters, where=Q(campaign__in=costs), leads=LEADS)
    brought: Counter[int] = Counter()
    for row in rows:
        brought[row["campaign"]] += row["leads"]
    return {campaign: cost / brought[campaign] for campaign, cost in costs.items() if brought[campaign]}
