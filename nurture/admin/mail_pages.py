"""The mails of a sequence as a lead would get them: on a desktop, on a phone, as text; sent to oneself as a test."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from crm.people.requests import user_of
from crm.web.searching import words_in
from leads.models import Lead
from nurture.mail.examples import Example, example_of
from nurture.mail.templates import TemplateRefused
from nurture.models import Attachment, Sequence, SequenceStatus, Step, StepKind, Variant
from nurture.services.attachments import AttachmentRefused, attach, detach
from nurture.services.testing_mails import TestNotSent, send_test

SHOWN = 8
OWN = "a"


def mails(request: HttpRequest, sequence: Sequence, context: dict[str, Any]) -> HttpResponse:
    steps = list(sequence.steps.filter(kind=StepKind.EMAIL).prefetch_related("variants").select_related("question"))
    step = _chosen_step(request, steps)
    for one in steps:
        one.sequence = sequence
    lead, search = _lead(request), request.GET.get("q", "")[:100].replace("\x00", "")
    if request.method == "POST" and step:
        return _act(request, step, lead)
    page = {
        "title": f"Mails of “{sequence}”",
        "sequence": sequence,
        "steps": steps,
        "step": step,
        "variant": request.GET.get("variant", OWN),
        "search": search,
        "found": _found(request, search)[:SHOWN],
        "lead": lead,
        "attachments": step.attachments.all() if step else [],
        "is_draft": sequence.status == SequenceStatus.DRAFT,
        "opts": Sequence._meta,
        **(_shown(request, step, lead) if step and lead else {}),
    }
    return render(request, "admin/nurture/mails.html", context | page)


def _act(request: HttpRequest, step: Step, lead: Lead | None) -> HttpResponse:
    """``do``: what the pressed button is for."""
    try:
        messages.success(request, _done(request, step, lead))
    except (AttachmentRefused, TestNotSent) as refused:
        messages.error(request, str(refused))
    query = {"step": str(step.pk), "variant": request.GET.get("variant", OWN)} | (
        {"lead": str(lead.pk)} if lead else {}
    )
    return redirect(f"{reverse('admin:nurture_sequence_mails', args=[step.sequence_id])}?{urlencode(query)}")


def _done(request: HttpRequest, step: Step, lead: Lead | None) -> str:
    if request.POST.get("do") == "test" and lead:
        by = user_of(request)
        send_test(step=step, wording=_wording(request, step), lead=lead, by=by, now=timezone.now())
        return f"A test is on its way to {by.email}."
    if file := request.FILES.get("file"):
        return f"“{attach(step=step, file=file)}” is offered in this mail."
    if request.POST.get("do") == "detach":
        attachment = get_object_or_404(Attachment, pk=_number(request.POST.get("attachment", "")), step=step)
        detach(attachment=attachment)
        return f"“{attachment}” is no longer offered."
    raise AttachmentRefused("Choose a file first.")


def _shown(request: HttpRequest, step: Step, lead: Lead) -> dict[str, Any]:
    try:
        example: Example | None = example_of(step, _wording(request, step), lead)
        return {"example": example, "refused": ""}
    except TemplateRefused as refused:
        return {"example": None, "refused": str(refused)}


def _wording(request: HttpRequest, step: Step) -> Step | Variant:
    key = request.GET.get("variant", OWN)
    return next((variant for variant in step.variants.all() if variant.key == key), step)


def _chosen_step(request: HttpRequest, steps: list[Step]) -> Step | None:
    """The one in the address, else the first."""
    wanted = request.GET.get("step", "")
    if not wanted:
        return steps[0] if steps else None
    found = next((step for step in steps if step.pk == _number(wanted)), None)
    if found is None:
        raise Http404
    return found


def _lead(request: HttpRequest) -> Lead | None:
    """The one in the address, else the newest: a preview is there at once."""
    leads = Lead.objects.live().visible_to(user_of(request))
    if wanted := request.GET.get("lead", ""):
        return get_object_or_404(leads, pk=_number(wanted))
    return _found(request, "").first()


def _found(request: HttpRequest, search: str) -> Any:
    leads = Lead.objects.live().visible_to(user_of(request))
    found = leads.filter(words_in(search, ["first_name", "last_name", "company", "email"])) if search else leads
    return found.order_by("-last_inquiry_at", "-pk")


def _number(text: str) -> int:
    """0, which nothing has, for what is no number."""
    return int(text) if text.isdecimal() and len(text) < 18 else 0
