"""A rep adds somebody who called, or whom they found."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.people.requests import UserRequest
from leads.conditions import questions_to_ask
from leads.forms.person import NewLeadForm
from leads.models import Channel, Lead, Provenance, Question
from leads.services.intake import IntakeRefused, Submission, add_researched_lead, take_inquiry


@require_http_methods(["GET", "HEAD", "POST"])
def new(request: UserRequest) -> HttpResponse:
    if not request.user.has_perm("leads.change_lead"):
        raise PermissionDenied
    questions = questions_to_ask(Question.objects.filter(active=True).prefetch_related("choices"), known={})
    form = NewLeadForm(request.POST or None, questions=questions, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            return _to(request, _add(request, form))
        except IntakeRefused as refused:
            form.add_refusals(refused.errors)
    return render(request, "leads/lead_new.html", {"form": form}, status=422 if form.errors else 200)


def _add(request: UserRequest, form: NewLeadForm) -> Lead:
    given = form.cleaned_data
    if given["provenance"] == Provenance.RESEARCH:
        return add_researched_lead(
            person=form.person,
            answers=form.answers,
            custom=form.custom_by_key,
            by=request.user,
            now=timezone.now(),
            source=given["source"],
        )
    submission = Submission(
        channel=Channel.CALL,
        provenance=Provenance.CALL,
        payload={**form.person, "words": given["words"], "answers": _plain(form.answers)},
        answers=form.answers,
        custom=form.custom_by_key,
        source=given["source"],
        owner=request.user,
        **form.person,
    )
    return take_inquiry(submission=submission, now=timezone.now(), by=request.user).lead


def _plain(answers: dict[str, object]) -> dict[str, object]:
    """As JSON keeps it: a list of choices as it is, the rest as text."""
    return {key: value if isinstance(value, list) else str(value) for key, value in answers.items()}


def _to(request: UserRequest, lead: Lead) -> HttpResponse:
    if Lead.objects.visible_to(request.user).filter(pk=lead.pk).exists():
        messages.success(request, "Saved.")
        return redirect(lead)
    messages.info(request, "Saved with a lead of that address, which a colleague works on.")
    return redirect("leads:list")
