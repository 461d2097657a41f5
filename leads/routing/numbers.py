"""How rules do: what each routed, and how much of it was accepted in time."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from leads.models import Assignment, RoutingRule, Stage, StageChange


def with_numbers(rules: "QuerySet[RoutingRule]", *, since: datetime, now: datetime) -> "QuerySet[RoutingRule]":
    """Adds ``routed``, ``due`` (with a clock that ran out, or accepted before) and ``in_time`` of the assignments since
    then. Accepted in time is: by whom it was given to, before their own deadline."""
    accepted = StageChange.objects.filter(
        lead=OuterRef("lead"),
        to_stage=Stage.SAL,
        by=OuterRef("to"),
        at__gte=OuterRef("at"),
        at__lte=OuterRef("accept_by"),
    )
    given = Assignment.objects.filter(rule=OuterRef("pk"), at__gte=since).annotate(in_time=Exists(accepted))
    return rules.annotate(
        routed=_count(given),
        in_time=_count(given.filter(in_time=True)),
        due=_count(given.filter(Q(in_time=True) | Q(accept_by__lte=now))),
    )


def _count(given: Any) -> Coalesce:
    by_rule = given.order_by().values("rule").annotate(n=Count("pk"))
    return Coalesce(Subquery(by_rule.values("n"), output_field=IntegerField()), 0)
