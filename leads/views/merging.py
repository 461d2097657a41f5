"""Merge two leads after a look at both, and take a merge back."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.people.requests import UserRequest
from leads.merge_preview import preview
from leads.models import Lead, LeadMerge
from leads.services.merging import UNDO_WITHIN, MergeRefused, merge_leads, undo_merge, why_not_merge
from leads.services.not_duplicates import say_not_duplicate, take_back_not_duplicate
from leads.views.access import changeable_lead


@require_http_methods(["GET", "HEAD", "POST"])
def merge(request: UserRequest, pk: int, other: int) -> HttpResponse:
    """``pk`` survives, ``other`` is merged into it."""
    survivor, duplicate = changeable_lead(request, pk), changeable_lead(request, other)
    if request.method == "POST":
        return _merge(request, survivor, duplicate)
    return _page(request, survivor, duplicate)


def _merge(request: UserRequest, survivor: Lead, duplicate: Lead) -> HttpResponse:
    try:
        merge_leads(survivor=survivor, duplicate=duplicate, by=request.user, now=timezone.now())
    except MergeRefused as refused:
        messages.error(request, str(refused))
        return _page(request, survivor, duplicate, status=409)
    messages.success(request, f"Merged. You can take it back for {UNDO_WITHIN.days} days.")
    return redirect(survivor)


def _page(request: UserRequest, survivor: Lead, duplicate: Lead, *, status: int = 200) -> HttpResponse:
    context = {
        "survivor": survivor,
        "duplicate": duplicate,
        "lines": preview(survivor, duplicate, user=request.user),
        "inquiries": duplicate.inquiries.count(),
        "answers": duplicate.answers.count(),
        "problem": why_not_merge(survivor, duplicate),
        "can_swap": not why_not_merge(duplicate, survivor),
        "undo_days": UNDO_WITHIN.days,
    }
    return render(request, "leads/merge.html", context, status=status)


@require_POST
def not_duplicate(request: UserRequest, pk: int, other: int) -> HttpResponse:
    """With ``undo``: they may be suggested to each other again."""
    lead, alike = changeable_lead(request, pk), changeable_lead(request, other)
    if request.POST.get("undo"):
        take_back_not_duplicate(lead=lead, other=alike)
        messages.success(request, f"“{alike}” may be suggested again.")
    elif lead != alike:
        say_not_duplicate(lead=lead, other=alike, by=request.user, now=timezone.now())
        messages.success(request, f"“{alike}” is not suggested for “{lead}” any more.")
    return redirect(lead)


@require_POST
def undo(request: UserRequest, pk: int) -> HttpResponse:
    merges = LeadMerge.objects.select_related("survivor", "duplicate")
    merged = get_object_or_404(merges.filter(survivor__in=Lead.objects.visible_to(request.user)), pk=pk)
    survivor = changeable_lead(request, merged.survivor_id)
    try:
        duplicate = undo_merge(merge=merged, by=request.user, now=timezone.now())
    except MergeRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"“{duplicate}” is a lead of its own again.")
    return redirect(survivor)
