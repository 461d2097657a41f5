"""What leads have to say on Today: the qualified ones that wait for their rep."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Case, Count, IntegerField, Q, Value, When, Window

from crm.campaigns.models import Path
from crm.people.models import User
from crm.web.slots import Section
from leads.clocks import set_clocks
from leads.models import Inquiry, Lead

SHOWN = 8
TOLD_FOR = timedelta(days=7)


def sections(user: User, *, now: datetime) -> Iterator[Section]:
    """A rep's own and the unassigned ones of the team; a manager's are those that wait too long or for nobody."""
    waiting = Lead.objects.visible_to(user).awaiting_acceptance().select_related("owner__team", "team", "source")
    title = "Leads to accept"
    if user.is_manager:
        waiting, title = waiting.past_sla(now) | waiting.filter(owner=None), "Leads that wait too long"
    ordered = waiting.order_by(_self_qualified_first(), "accept_by", "-score", "pk")
    found = list(ordered.annotate(waiting=Window(Count("pk")))[:SHOWN])
    if found:
        set_clocks(found, now=now)
        yield Section(10, "leads/today_leads.html", {"title": title, "leads": found, "count": found[0].waiting})


def known_people(user: User, *, now: datetime) -> Iterator[Section]:
    """Inquiries of people who are contacts of the user's accounts, whoever works on the lead."""
    theirs = Q(contact__account__owner=user) | Q(contact__account__owner=None, contact__owner=user)
    recent = Inquiry.objects.filter(theirs, received_at__gt=now - TOLD_FOR, received_at__lte=now)
    found = recent.select_related("contact__account", "form", "source").order_by("-received_at", "-pk")
    if shown := list(found.annotate(all_of_them=Window(Count("pk")))[:SHOWN]):
        context = {"inquiries": shown, "count": shown[0].all_of_them}
        yield Section(15, "leads/today_known_people.html", context)


def _self_qualified_first() -> Case:
    first = When(path=Path.SELF_QUALIFIED, then=Value(0))
    return Case(first, default=Value(1), output_field=IntegerField())
