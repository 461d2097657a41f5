"""Verbs on one lead. What sales does at a press is a POST; what needs a reason asks for it first."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.records import back_to_record, report_conflict
from leads.forms.moves import AssignForm, DisqualifyForm, RejectForm
from leads.models import Lead, Stage
from leads.services.lifecycle import (
    LifecycleError,
    accept_lead,
    disqualify_lead,
    qualify_lead,
    reject_lead,
    reopen_lead,
)
from leads.services.routing import assign_lead
from leads.views.access import changeable_lead

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


@require_POST
def accept(request: UserRequest, pk: int) -> HttpResponse:
    return _press(request, changeable_lead(request, pk), accept_lead, "It is yours now.")


@require_POST
def qualify(request: UserRequest, pk: int) -> HttpResponse:
    return _press(request, changeable_lead(request, pk), qualify_lead, "Qualified: convert it when you are ready.")


@require_POST
def reopen(request: UserRequest, pk: int) -> HttpResponse:
    return _press(request, changeable_lead(request, pk), reopen_lead, "Open again.")


@ask_or_do
def reject(request: UserRequest, pk: int) -> HttpResponse:
    lead = changeable_lead(request, pk)
    return _ask(request, lead, RejectForm, reject_lead, f"{lead}: back to nurture", "Back to nurture")


@ask_or_do
def disqualify(request: UserRequest, pk: int) -> HttpResponse:
    lead = changeable_lead(request, pk)
    return _ask(request, lead, DisqualifyForm, disqualify_lead, f"Disqualify {lead}", "Disqualify", danger=True)


@ask_or_do
def assign(request: UserRequest, pk: int) -> HttpResponse:
    lead = changeable_lead(request, pk, permission="leads.assign_lead")
    return _ask(request, lead, AssignForm, assign_lead, f"Assign {lead}", "Assign")


def _press(request: UserRequest, lead: Lead, verb: Callable[..., Any], said: str) -> HttpResponse:
    return _do(request, lead, verb, said, {})


def _ask(
    request: UserRequest,
    lead: Lead,
    form_class: type[forms.Form],
    verb: Callable[..., Any],
    title: str,
    submit: str,
    danger: bool = False,
) -> HttpResponse:
    form = form_class(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _do(request, lead, verb, "Done.", form.cleaned_data)
    return dialog(request, form=form, title=title, submit=submit, danger=danger)


def _do(request: UserRequest, lead: Lead, verb: Callable[..., Any], said: str, what: dict[str, Any]) -> HttpResponse:
    seen = request.GET.get("stage", "")
    if seen in Stage.values:
        lead.stage = seen  # as the person saw it: the compare-and-swap compares with that
    try:
        verb(lead=lead, by=request.user, now=timezone.now(), **what)
    except LifecycleError as error:
        return report_conflict(request, lead.get_absolute_url(), error)
    messages.success(request, said)
    return back_to_record(request, lead.get_absolute_url())
