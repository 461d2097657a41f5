"""What leads have to say on Today: the qualified ones that wait for their rep."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Case, Count, IntegerField, Value, When, Window

from crm.campaigns.models import Path
from crm.people.models import User
from crm.web.slots import Section
from leads.clocks import set_clocks
from leads.models import Lead

SHOWN = 8


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


def _self_qualified_first() -> Case:
    first = When(path=Path.SELF_QUALIFIED, then=Value(0))
    return Case(first, default=Value(1), output_field=IntegerField())
