"""How rules do: what each routed, and how much of it was accepted in time."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
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
    given = Assignment.objects.filter(rule=OuterRef("pk"), at__gte=since).order_by().values("rule")
    timed = given.annotate(in_time=Exists(accepted))
    return rules.annotate(
        routed=_count(given.annotate(n=Count("pk"))),
        in_time=_count(timed.filter(in_time=True).annotate(n=Count("pk"))),
        due=_count(timed.filter(Q(in_time=True) | Q(accept_by__lte=now)).annotate(n=Count("pk"))),
    ).annotate(late=F("due") - F("in_time"))


def _count(rows: Any) -> Coalesce:
    return Coalesce(Subquery(rows.values("n")[:1], output_field=IntegerField()), 0)
