"""Leads in the search field."""

from collections.abc import Iterator

from crm.people.models import User
from crm.web.searching import words_in
from crm.web.slots import SearchHit
from leads.models import Lead

FIELDS = ("search_text",)
LIMIT = 6


def hits(text: str, *, user: User) -> Iterator[SearchHit]:
    """Every word of ``text`` is in the name, company, e-mail address or phone number."""
    found = Lead.objects.live().visible_to(user).filter(words_in(text, FIELDS))
    for lead in found.order_by("-last_inquiry_at")[:LIMIT]:
        subtitle = " · ".join(part for part in (lead.company, lead.get_stage_display()) if part)
        yield SearchHit(kind="Leads", title=str(lead), url=lead.get_absolute_url(), subtitle=subtitle, icon="user")
