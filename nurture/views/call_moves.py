"""What else a rep does with a call: dial, give it to a colleague, put it off, drop it, or open one for a lead."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from leads.models import Lead
from nurture.calendars import legal_hours_of
from nurture.call_forms import CallBackForm, DropForm, GiveForm, PutOffForm
from nurture.callsheet import how_to_reach
from nurture.services.call_changes import drop_call, give_call, put_off_call
from nurture.services.calling import begin_call, call_lead
from nurture.services.open_calls import CallRefused
from nurture.times import in_words
from nurture.views.calls import callable_task

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def start(request: UserRequest, pk: int) -> HttpResponse:
    """Call this lead now: the workspace of its open call, or of a new one."""
    lead = get_object_or_404(Lead.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("nurture.make_call"):
        raise PermissionDenied
    try:
        task = call_lead(lead=lead, by=request.user, now=timezone.now())
    except CallRefused as refused:
        messages.error(request, str(refused))
        return redirect(lead)
    return redirect("nurture:call", pk=task.pk)


@require_POST
def dial(request: UserRequest, pk: int) -> HttpResponse:
    """The time counts from here; the browser is told to dial the number."""
    task, refusal = callable_task(request, pk), ""
    lead = task.lead
    try:
        task = begin_call(task=task, by=request.user, now=timezone.now())
    except CallRefused as refused:
        refusal = str(refused)
    if not request.htmx:  # type: ignore[attr-defined]
        if refusal:
            messages.error(request, refusal)
        return redirect("nurture:call", pk=task.pk)
    context = {"task": task, "lead": lead, "is_open": True, "refusal": refusal}
    context |= how_to_reach(task, user=request.user, now=timezone.now())
    response = render(request, "nurture/reach.html", context, status=422 if refusal else 200)
    return response if refusal else trigger_client_event(response, "dial", {"number": lead.phone})


@require_safe
def their_time(request: UserRequest, pk: int) -> HttpResponse:
    """What the rep types, on the clock of the called party, and when the call would be due."""
    task = callable_task(request, pk)
    form = CallBackForm(request.GET)
    if not form.is_valid():
        return HttpResponse(form.errors["call_back_at"][0])
    wanted = form.cleaned_data["call_back_at"]
    opens = legal_hours_of(task.lead).next(wanted)
    moved = "" if opens == wanted else " Nobody may be called at the time you chose."
    return HttpResponse(f"It will be due {in_words(opens, there=task.lead.zone)}.{moved}")


@ask_or_do
def give(request: UserRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, GiveForm, give_call, "Give the call to {lead} to a colleague", "Give")


@ask_or_do
def put_off(request: UserRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, PutOffForm, put_off_call, "Put off the call to {lead}", "Put off")


@ask_or_do
def drop(request: UserRequest, pk: int) -> HttpResponse:
    return _ask(request, pk, DropForm, drop_call, "Drop the call to {lead}", "Drop", danger=True)


def _ask(
    request: UserRequest,
    pk: int,
    form_class: Any,
    verb: Callable[..., Any],
    title: str,
    submit: str,
    danger: bool = False,
) -> HttpResponse:
    task = callable_task(request, pk)
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            verb(task=task, by=request.user, now=timezone.now(), **form.cleaned_data)
        except CallRefused as refused:
            form.add_error(form.about, str(refused))
        else:
            messages.success(request, f"Done: {task.lead}.")
            return _to_the_queue(request)
    return dialog(request, form=form, title=title.format(lead=task.lead), submit=submit, danger=danger)


def _to_the_queue(request: UserRequest) -> HttpResponse:
    response = redirect("nurture:calls")
    return HttpResponseClientRedirect(response.url) if request.htmx else response  # type: ignore[attr-defined]
