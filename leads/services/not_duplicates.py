"""Two leads that look alike and are two people: said by a person, remembered, and taken back when it was wrong."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from crm.people.models import User
from leads.models import Lead, NotDuplicate
from leads.models.lead import LeadQuerySet


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


def said_different(lead: Lead) -> LeadQuerySet:
    """The leads that somebody said are not this one."""
    above = NotDuplicate.objects.filter(one=lead).order_by().values("other")
    below = NotDuplicate.objects.filter(other=lead).order_by().values("one")
    return Lead.objects.filter(Q(pk__in=above) | Q(pk__in=below))
