"""A rep answers questions about a lead: on its page all that is unknown, or one again in the dialog."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.records import back_to_record
from leads.conditions import applying, known_values
from leads.facts import current_answers
from leads.forms.answers import AnswersForm
from leads.models import Decision, Lead, Question, Stage
from leads.services.qualification import AnswersRefused, give_answers
from leads.views.access import changeable_lead


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: UserRequest, pk: int) -> HttpResponse:
    """``?question=key`` asks only that one."""
    lead = changeable_lead(request, pk)
    form = AnswersForm(request.POST or None, questions=_questions(request, lead))
    if request.method == "POST" and form.is_valid() and (done := _give(request, lead, form)):
        return done
    if request.htmx.target == "answer-form":  # type: ignore[attr-defined]
        return render(request, "leads/answer_form.html", {"lead": lead, "ask_form": form}, status=422)
    return dialog(request, form=form, title=f"What {lead} says", submit="Save the answers")


def _questions(request: UserRequest, lead: Lead) -> list[Question]:
    questions = Question.objects.filter(active=True).prefetch_related("choices")
    if key := request.GET.get("question", "")[:64].replace("\x00", ""):
        return list(questions.filter(key=key))
    return applying(questions, known_values(current_answers(lead)))


def _give(request: UserRequest, lead: Lead, form: AnswersForm) -> HttpResponse | None:
    before = lead.stage
    try:
        decision = give_answers(
            lead=lead,
            answers=form.answers,
            provenance=form.cleaned_data["provenance"],
            by=request.user,
            now=timezone.now(),
        )
    except AnswersRefused as refused:
        form.add_answer_errors(refused.errors)
        return None
    messages.success(request, _said(before, decision))
    return back_to_record(request, lead.get_absolute_url())


def _said(before: str, decision: Decision | None) -> str:
    if before == Stage.UNQUALIFIED and decision and decision.qualified:
        return "Saved. The lead is qualified now."
    return "Saved."
