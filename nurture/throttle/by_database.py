"""Counted from the touches themselves."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from nurture.models import Touch
from nurture.throttle.rules import Rule

Begun = QuerySet[Touch, tuple[Any, UUID]]


def free_at(rules: Iterable[Rule], *, now: datetime) -> datetime | None:
    """When the next mail may go out, None for now. The caller alone counts until its transaction ends."""
    return max((at for rule in rules if (at := _free_at(rule, now))), default=None)


def _free_at(rule: Rule, now: datetime) -> datetime | None:
    """When the one that was sent ``most`` mails ago is so long ago that it does not count any more."""
    field, value = rule.counter
    begun = begun_since(field, value, now - rule.span).order_by("-send_started_at")
    full = begun[rule.most - 1 : rule.most].first()
    return full[0] + rule.span if full else None


def begun_since(field: str, value: str, since: datetime) -> Begun:
    """Times and uuids."""
    begun = Touch.objects.filter(**{field: value}, send_started_at__gt=since)
    return begun.values_list("send_started_at", "uuid")
