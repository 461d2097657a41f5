"""Verbs on one opportunity: move, win, lose, what comes next. ``?version=`` is the one the person saw."""

from collections.abc import Callable
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.opportunities.forms import NextStepForm, PipelineForm
from crm.opportunities.models import Opportunity, PipelineStage, Status
from crm.opportunities.services import (
    OpportunityChanged,
    OpportunityRefused,
    lose_opportunity,
    move_opportunity,
    set_next_step,
    win_opportunity,
)
from crm.opportunities.stage_forms import LoseForm, StageForm, WinForm
from crm.opportunities.views.access import changeable_opportunity
from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.htmx import redirect_to
from crm.web.records import back_to_record, report_conflict

PROBLEMS = (OpportunityChanged, OpportunityRefused)
ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


@ask_or_do
def move(request: UserRequest, pk: int) -> HttpResponse:
    """To ``stage``, in the body or the address; from the board, back to the board. GET asks for what is missing."""
    opportunity = _as_seen(request, changeable_opportunity(request, pk))
    to = _stage(request.POST.get("stage") or request.GET.get("stage", ""))
    if to.status != Status.OPEN and request.method != "POST":
        return redirect_to(request, _closing_page(request, opportunity, to))
    posted = request.POST if request.method == "POST" else None
    form = StageForm(posted, opportunity=opportunity, stage=to)
    filled_in = any(name in request.POST for name in form.fields)
    if posted is not None and (form.is_valid() or not filled_in):
        told = form.told() if filled_in else None
        return _do(request, opportunity, f"Moved to {to}.", partial(move_opportunity, stage=to, told=told))
    return ask_for(request, form, to)


@ask_or_do
def win(request: UserRequest, pk: int) -> HttpResponse:
    opportunity = _as_seen(request, changeable_opportunity(request, pk))
    stage = get_object_or_404(opportunity.pipeline.stages, status=Status.WON)
    form = WinForm(request.POST or None, opportunity=opportunity, stage=stage)
    if request.method == "POST" and form.is_valid():
        verb = partial(win_opportunity, told=form.told(), **form.closing())
        return _do(request, opportunity, "Won. Well done!", verb)
    return dialog(request, form=form, title=f"Won: {opportunity}", submit="Won")


@ask_or_do
def lose(request: UserRequest, pk: int) -> HttpResponse:
    opportunity = _as_seen(request, changeable_opportunity(request, pk))
    stage = get_object_or_404(opportunity.pipeline.stages, status=Status.LOST)
    form = LoseForm(request.POST or None, opportunity=opportunity, stage=stage)
    if request.method == "POST" and form.is_valid():
        return _do(request, opportunity, "Closed as lost.", partial(lose_opportunity, **form.closing()))
    return dialog(request, form=form, title=f"Lost: {opportunity}", submit="Close as lost", danger=True)


@ask_or_do
def pipeline(request: UserRequest, pk: int) -> HttpResponse:
    """To another pipeline; what the chosen stage demands is asked next."""
    opportunity = _as_seen(request, changeable_opportunity(request, pk))
    form = PipelineForm(request.POST or None, opportunity=opportunity)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["stage"]
        asked = StageForm(opportunity=opportunity, stage=to)
        if asked.missing:
            query = {"stage": to.pk, "version": opportunity.version}
            return ask_for(request, asked, to, action=reverse("opportunities:move", args=[pk], query=query))
        said = f"Moved to {to} of {to.pipeline}."
        return _do(request, opportunity, said, partial(move_opportunity, stage=to))
    return dialog(request, form=form, title=f"Another pipeline: {opportunity}", submit="Move")


def ask_for(request: UserRequest, form: StageForm, to: PipelineStage, *, action: str = "") -> HttpResponse:
    """What is missing, as a form that moves."""
    text = f"{to} asks for more than is known so far. Fill it in, and it moves." if form.missing else ""
    return dialog(request, form=form, title=f"To {to}: {form.opportunity}", submit="Move", text=text, action=action)


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


def _do(request: UserRequest, opportunity: Opportunity, said: str, verb: Callable[..., Opportunity]) -> HttpResponse:
    back = _came_from(request, opportunity.pk)
    try:
        verb(opportunity=opportunity, by=request.user, now=timezone.now())
    except PROBLEMS as error:
        return report_conflict(request, back, error)
    messages.success(request, said)
    return back_to_record(request, back)


def _stage(given: str) -> PipelineStage:
    pk = given if given.isdecimal() and len(given) < 18 else 0
    return get_object_or_404(PipelineStage.objects.select_related("pipeline"), pk=pk)


def _closing_page(request: UserRequest, opportunity: Opportunity, to: PipelineStage) -> str:
    name = "win" if to.status == Status.WON else "lose"
    return reverse(f"opportunities:{name}", args=[opportunity.pk], query=request.GET)


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
