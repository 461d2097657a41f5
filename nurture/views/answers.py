"""Answer links: the page has the answer chosen and needs one press. A scanner that follows links changes nothing."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from leads.forms.answers import PREFIX
from leads.forms.public import QuestionsForm
from leads.models import Lead, Question, Stage
from leads.queries import qualification_panel
from leads.services.qualification import AnswersRefused
from nurture.mail.links import AnswerLink, BadLink, read_answer
from nurture.models import ClickOn
from nurture.services.answering import answer_by_link
from nurture.views.links import note
from nurture.views.touches import touch_of

MORE_QUESTIONS = 2


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    link = _link(token)
    touch = touch_of(link.touch)
    if request.method != "POST":
        note(request, touch, on=ClickOn.ANSWER)
    form = QuestionsForm(
        request.POST if request.method == "POST" else None,
        questions=_questions(touch.live_lead, link),
        initial=_chosen(link),
    )
    if form.is_valid():
        try:
            answer_by_link(touch=touch, answers=form.answers, now=timezone.now())
            return redirect("nurture:thanks", token=token)
        except AnswersRefused as refused:
            form.add_refusals(refused.errors)
    return render(request, "nurture/answer.html", {"form": form}, status=422 if form.errors else 200)


@login_not_required
@never_cache
@require_safe
def thanks(request: HttpRequest, token: str) -> HttpResponse:
    lead = touch_of(_link(token).touch).live_lead
    qualified = lead.is_open and lead.stage != Stage.UNQUALIFIED
    booking_link = lead.owner.booking_link if qualified and lead.owner else ""
    return render(request, "nurture/thanks.html", {"booking_link": booking_link})


def _link(token: str) -> AnswerLink:
    try:
        return read_answer(token)
    except BadLink as error:
        raise Http404 from error


def _chosen(link: AnswerLink) -> dict[str, str]:
    return {f"{PREFIX}{link.question}": link.choice}


def _questions(lead: Lead, link: AnswerLink) -> list[tuple[Question, bool]]:
    """The one that was asked, needed, and a few that are still unknown, if they like."""
    asked = Question.objects.filter(key=link.question, active=True).prefetch_related("choices")
    panel = qualification_panel(lead, now=timezone.now())
    missing = [question for question in panel.ask_next if question.key != link.question] if panel else []
    return [(question, True) for question in asked] + [(question, False) for question in missing[:MORE_QUESTIONS]]
