"""What leads bring and what they cost, in the company's currency."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Case, Count, DecimalField, F, Q, Value, When

from crm.campaigns.models import Campaign
from crm.people.models import User
from leads.populations import REACHED, WON, Reached
from reports.filters import LeadFilters
from reports.grouping import Group, group_of, grouped
from reports.queries.population import counted_leads

AMOUNT = "conversion__opportunity__amount"
CURRENCY = "conversion__opportunity__currency"
COMPANY_AMOUNT = "conversion__opportunity__company_amount"
COMPANY_CURRENCY = "conversion__opportunity__company_currency"
ZERO = Decimal(0)
MONEY = DecimalField(max_digits=14, decimal_places=2)
COUNTED = ("leads", "qualified", "won", "unknown", "foreign")


@dataclass
class Worth:
    """``amounts``: what a lead brought (0 for most) to how many leads brought it. ``unknown``: won without an amount;
    ``foreign``: won in another currency. ``cost``: the leads' shares of what their campaigns cost."""

    leads: int = 0
    qualified: int = 0
    won: int = 0
    unknown: int = 0
    foreign: int = 0
    cost: Decimal = ZERO
    amounts: dict[Decimal, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def revenue(self) -> Decimal:
        return sum((amount * count for amount, count in self.amounts.items()), ZERO)

    def add(self, other: "Worth") -> None:
        for name in (*COUNTED, "cost"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for amount, count in other.amounts.items():
            self.amounts[amount] += count


def worth(*, by: str, user: User | None, filters: LeadFilters, currency: str) -> dict[Group, Worth]:
    """By group. Two queries."""
    costs = cost_per_lead(currency)
    known = Q(**{f"{AMOUNT}__isnull": False})
    ours, converted = Q(**{CURRENCY: currency}), Q(**{COMPANY_CURRENCY: currency, f"{COMPANY_AMOUNT}__isnull": False})
    brought = Case(
        When(WON & known & ours, then=F(AMOUNT)),
        When(WON & known & converted, then=F(COMPANY_AMOUNT)),
        default=Value(ZERO),
        output_field=MONEY,
    )
    leads = counted_leads(user=user, filters=filters)
    rows = grouped(
        leads, by=by, zone=filters.zone, moment=filters.moment, brought=brought, effort=F("campaign_id")
    ).annotate(
        leads=Count("pk"),
        qualified=Count("pk", filter=REACHED[Reached.QUALIFIED]),
        won=Count("pk", filter=WON),
        unknown=Count("pk", filter=WON & Q(**{f"{AMOUNT}__isnull": True})),
        foreign=Count("pk", filter=WON & known & ~ours & Q(**{f"{COMPANY_AMOUNT}__isnull": True})),
    )
    found: dict[Group, Worth] = defaultdict(Worth)
    for row in rows:
        counts = {name: row[name] for name in COUNTED}
        cost = costs.get(row["effort"], ZERO) * row["leads"]
        one = Worth(**counts, cost=cost, amounts={row["brought"]: row["leads"]})
        found[group_of(row, by=by, options=filters.options)].add(one)
    return dict(found)


def cost_per_lead(currency: str) -> dict[int, Decimal]:
    """What each campaign cost for each of all the leads it brought, by its id. Campaigns in another currency are left
    out."""
    brought = Count("leads", filter=Q(leads__merged_into=None))
    rows = Campaign.objects.filter(currency=currency, cost__gt=0).annotate(brought=brought)
    return {row.pk: row.cost / row.brought for row in rows if row.brought}
