"""Possible duplicates beside a lead, and merges that can still be taken back."""

from collections.abc import Iterator

from django.utils import timezone

from crm.people.models import User
from crm.web.slots import Section
from leads.models import Lead, LeadMerge
from leads.services.merging import UNDO_WITHIN, why_not_merge
from leads.services.not_duplicates import said_different


def sections(lead: Lead, *, user: User) -> Iterator[Section]:
    """For those who may merge."""
    from leads.suggestions import suggest_duplicates  # loads numpy: when a lead is looked at, not with every command

    if lead.merged_into_id or not user.has_perm("leads.change_lead"):
        return
    found = [(suggestion, *_way_round(lead, suggestion.lead)) for suggestion in suggest_duplicates(lead, user=user)]
    since = timezone.now() - UNDO_WITHIN
    merges = LeadMerge.objects.filter(survivor=lead, undone_at=None, merged_at__gte=since).select_related("duplicate")
    different = list(Lead.objects.live().filter(pk__in=said_different(lead)).visible_to(user))
    if found or merges or different:
        context = {"lead": lead, "suggestions": found, "merges": list(merges), "different": different}
        yield Section(40, "leads/duplicates_panel.html", context)


def _way_round(lead: Lead, other: Lead) -> tuple[Lead, Lead]:
    """Survivor and duplicate: this lead stays, unless only the other one can."""
    return (other, lead) if why_not_merge(lead, other) and not why_not_merge(other, lead) else (lead, other)
