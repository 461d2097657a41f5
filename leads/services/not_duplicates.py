"""Two leads that look alike and are two people: said by a person, remembered, and taken back when it was wrong."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from crm.people.models import User
from leads.models import Lead, NotDuplicate


@transaction.atomic
def say_not_duplicate(*, lead: Lead, other: Lead, by: User | None, now: datetime) -> NotDuplicate:
    """The first to say so is remembered."""
    one, two = sorted((lead.pk, other.pk))
    said, _ = NotDuplicate.objects.get_or_create(one_id=one, other_id=two, defaults={"by": by, "at": now})
    return said


@transaction.atomic
def take_back_not_duplicate(*, lead: Lead, other: Lead) -> None:
    """The two may be suggested to each other again."""
    one, two = sorted((lead.pk, other.pk))
    NotDuplicate.objects.filter(one_id=one, other_id=two).delete()


def said_different(lead: Lead) -> QuerySet[NotDuplicate, int]:
    """The ids of the leads that somebody said are not this one: by indexes, no lead is read."""
    above = NotDuplicate.objects.filter(one=lead).order_by().values_list("other_id", flat=True)
    below = NotDuplicate.objects.filter(other=lead).order_by().values_list("one_id", flat=True)
    return above.union(below)
