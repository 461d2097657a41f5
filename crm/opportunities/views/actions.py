"""Verbs on one opportunity: move, win, lose, what comes next. ``?version=`` is the one the person saw."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.opportunities.forms import LoseForm, NextStepForm, WinForm
from crm.opportunities.models import Opportunity, PipelineStage
from crm.opportunities.services import (
    OpportunityChanged,
    OpportunityRefused,
    lose_opportunity,
    move_opportunity,
    set_next_step,
    win_opportunity,
)
from crm.opportunities.views.access import changeable_opportunity
from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.records import back_to_record, report_conflict

PROBLEMS = (OpportunityChanged, OpportunityRefused)
ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def move(request: UserRequest, pk: int) -> HttpResponse:
    """``stage`` in the body; from the board, back to the board."""
    opportunity = _as_seen(request, changeable_opportunity(request, pk))
    stage = request.POST.get("stage", "")
    to = get_object_or_404(PipelineStage, pk=stage if stage.isdecimal() and len(stage) < 18 else 0)
    try:
        move_opportunity(opportunity=opportunity, stage=to, by=request.user, now=timezone.now())
    except PROBLEMS as error:
        return report_conflict(request, _came_from(request, pk), error)
    messages.success(request, f"Moved to {to}.")
    return back_to_record(request, _came_from(request, pk))


@ask_or_do
def win(request: UserRequest, pk: int) -> HttpResponse:
    opportunity = _as_seen(request, changeable_opportunity(request, pk))
    form = WinForm(request.POST or None, initial={"amount": opportunity.amount})
    if request.method == "POST" and form.is_valid():
        return _close(request, opportunity, win_opportunity, form.cleaned_data, "Won. Well done!")
    return dialog(request, form=form, title=f"Won: {opportunity}", submit="Won")


@ask_or_do
def lose(request: UserRequest, pk: int) -> HttpResponse:
    opportunity = _as_seen(request, changeable_opportunity(request, pk))
    form = LoseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _close(request, opportunity, lose_opportunity, form.cleaned_data, "Closed as lost.")
    return dialog(request, form=form, title=f"Lost: {opportunity}", submit="Close as lost", danger=True)


@require_POST
def next_step(request: UserRequest, pk: int) -> HttpResponse:
    """A form that came too late keeps what was typed, and says what changed."""
    opportunity = changeable_opportunity(request, pk)
    form = NextStepForm(request.POST, instance=opportunity)
    if form.is_valid():
        given = form.cleaned_data
        try:
            set_next_step(
                opportunity=opportunity, text=given["next_step"], on=given["next_step_on"], version=given["version"]
            )
        except OpportunityChanged:
            form.tell_stale(Opportunity.objects.get(pk=pk))
        else:
            return back_to_record(request, reverse("opportunities:detail", args=[pk]))
    name = "next_step_form" if request.htmx else "next_step_page"  # type: ignore[attr-defined]
    context = {"opportunity": opportunity, "next_step_form": form}
    return render(request, f"opportunities/{name}.html", context, status=422)


def _close(request: UserRequest, opportunity: Opportunity, verb: Any, what: dict[str, Any], said: str) -> HttpResponse:
    back = _came_from(request, opportunity.pk)
    try:
        verb(opportunity=opportunity, by=request.user, now=timezone.now(), **what)
    except PROBLEMS as error:
        return report_conflict(request, back, error)
    messages.success(request, said)
    return back_to_record(request, back)


def _as_seen(request: UserRequest, opportunity: Opportunity) -> Opportunity:
    seen = request.GET.get("version", "")
    if seen.isdecimal() and len(seen) < 10:
        opportunity.version = int(seen)
    return opportunity


def _came_from(request: UserRequest, pk: int) -> str:
    if request.GET.get("from") == "board":
        current = request.htmx.current_url_abs_path if request.htmx else None  # type: ignore[attr-defined]
        return current or reverse("opportunities:board")  # with its ?mine=1
    return reverse("opportunities:detail", args=[pk])
