"""Opportunities in the search field."""

from collections.abc import Iterator

from django.urls import reverse

from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.searching import words_in
from crm.web.slots import SearchHit

FIELDS = ("name", "account__name")
LIMIT = 5


def hits(text: str, *, user: User) -> Iterator[SearchHit]:
    """Every word of ``text`` is in its name or its account's."""
    found = Opportunity.objects.visible_to(user).filter(words_in(text, FIELDS)).select_related("account", "stage")
    for opportunity in found.order_by("-close_date")[:LIMIT]:
        url = reverse("opportunities:detail", args=[opportunity.pk])
        subtitle = f"{opportunity.account} · {opportunity.stage}"
        yield SearchHit(kind="Opportunities", title=opportunity.name, url=url, subtitle=subtitle, icon="target-arrow")
