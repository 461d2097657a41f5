"""Merge several leads that were ticked in the list: choose the one that stays, look at the pairs, merge each."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.people.models import User
from crm.people.requests import UserRequest
from leads.merge_preview import preview
from leads.models import Lead
from leads.services.merging import PROGRESS, UNDO_WITHIN, MergeRefused, merge_leads, why_not_merge

MOST = 20


@require_http_methods(["GET", "HEAD", "POST"])
def merge_many(request: UserRequest) -> HttpResponse:
    """``leads``: their ids; ``survivor``: the one that stays, else the one furthest along; ``merge``: the one whose
    pairs were looked at. Another one chosen since is shown first."""
    given = request.POST if request.method == "POST" else request.GET
    ids = list(dict.fromkeys(value for value in given.getlist("leads") if value.isdecimal() and len(value) < 18))
    if not 2 <= len(ids) <= MOST:
        messages.warning(request, f"Tick 2 to {MOST} leads that are one person, then merge them.")
        return redirect("leads:list")
    leads = _leads(request, ids)
    survivor = next((lead for lead in leads if str(lead.pk) == given.get("survivor")), None) or _furthest(leads)
    others = [lead for lead in leads if lead != survivor]
    looked_at = request.POST.get("merge") == str(survivor.pk)
    results = [_merge(request, survivor, other) for other in others] if looked_at else []
    return render(request, "leads/merge_many.html", _context(request.user, survivor, leads, others, results))


def _leads(request: UserRequest, ids: list[str]) -> list[Lead]:
    """In the order given. 404 where one of them is not the user's to see."""
    if not request.user.has_perm("leads.change_lead"):
        raise PermissionDenied
    found = {str(lead.pk): lead for lead in Lead.objects.visible_to(request.user).filter(pk__in=ids)}
    if len(found) != len(ids):
        raise Http404
    return [found[pk] for pk in ids]


def _furthest(leads: list[Lead]) -> Lead:
    return max(leads, key=lambda lead: (lead.merged_into_id is None, [str(s) for s in PROGRESS].index(lead.stage)))


def _merge(request: UserRequest, survivor: Lead, duplicate: Lead) -> tuple[Lead, str]:
    """One transaction a pair: what could not be merged stays as it was, with the reason."""
    try:
        merge_leads(survivor=survivor, duplicate=duplicate, by=request.user, now=timezone.now())
    except MergeRefused as refused:
        return duplicate, str(refused)
    return duplicate, ""


def _context(
    user: User, survivor: Lead, leads: list[Lead], others: list[Lead], results: list[tuple[Lead, str]]
) -> dict[str, Any]:
    compared = [] if results else others
    pairs = [(other, preview(survivor, other, user=user), why_not_merge(survivor, other)) for other in compared]
    return {
        "survivor": survivor,
        "leads": leads,
        "pairs": pairs,
        "possible": any(not problem for _, _, problem in pairs),
        "results": results,
        "undo_days": UNDO_WITHIN.days,
    }
