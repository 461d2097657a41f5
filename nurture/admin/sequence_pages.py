"""Parts of a sequence's admin pages: its steps in words, stopping a text, moving leads to a new version."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminRadioSelectWidget

from crm.web.holding import held, holding
from nurture.checks import problems_of
from nurture.models import Enrollment, Sequence, SequenceStatus, Step
from nurture.services.moving import MoveRefused, move_enrollments, preview_moves
from nurture.services.variants import StopRefused, stop_variant
from nurture.step_words import lines_of

GO_ON, LEAVE = "go_on", "leave"


class PublishForm(BaseDialogForm):
    """Says what would happen, or what is still wrong."""

    form_before_template = "admin/nurture/sequence/publish.html"

    def get_before_template_context(self, request: HttpRequest, object_id: int | str | None = None) -> dict[str, Any]:
        sequence = get_object_or_404(Sequence, pk=object_id)
        former = Sequence.objects.filter(key=sequence.key, status__in=["published", "paused"]).first()
        running = Enrollment.objects.active().filter(sequence=former).count() if former else 0
        return {"problems": problems_of(sequence), "former": former, "running": running}


class RetireForm(BaseDialogForm):
    leads = forms.ChoiceField(
        label="Leads who are in it",
        choices=[(GO_ON, "Go on to the end"), (LEAVE, "Leave it now: nothing more is sent to them")],
        initial=GO_ON,
        widget=UnfoldAdminRadioSelectWidget,
    )


@held
def summary(sequence_id: int) -> str:
    """The steps in words, and what keeps them from being published. (Held: the admin asks for it more than once.)"""
    sequence = Sequence.objects.get(pk=sequence_id)
    draft = sequence.status == SequenceStatus.DRAFT
    problems = problems_of(sequence) if draft else []
    context = {"lines": lines_of(sequence), "problems": problems, "draft": draft}
    return render_to_string("admin/nurture/sequence/steps.html", context)


def stop_text(request: HttpRequest, step: Step, key: str) -> HttpResponse:
    try:
        stop_variant(step=step, key=key, now=timezone.now())
        messages.success(request, f"Text “{key}” of “{step}” is stopped: no more leads get it.")
    except StopRefused as refused:
        messages.error(request, str(refused))
    return redirect("admin:nurture_sequence_change", step.sequence_id)


def move_page(request: HttpRequest, into: Sequence, context: dict[str, Any]) -> HttpResponse:
    """What would happen to whom; a press does it."""
    if request.method == "POST":
        try:
            moved = move_enrollments(into=into, now=timezone.now())
            messages.success(request, f"{moved} {'lead goes' if moved == 1 else 'leads go'} on with “{into}”.")
        except MoveRefused as refused:
            messages.error(request, str(refused))
        return redirect("admin:nurture_sequence_change", into.pk)
    with holding():
        moves = preview_moves(into=into)
    moving = sum(move.leads - move.busy for move in moves if move.target)
    page = {"title": f"Move leads to “{into}”", "into": into, "moves": moves, "moving": moving, "opts": Sequence._meta}
    return render(request, "admin/nurture/sequence/move.html", context | page)
