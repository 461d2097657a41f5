"""Thanks, with the link to book a meeting or the one or two questions whose answers could still qualify."""

from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.web.addresses import client_ip
from leads import thanks
from leads.confirming import confirmation_of
from leads.forms.public import QuestionsForm
from leads.models import Provenance
from leads.services.consent import confirm_email
from leads.services.qualification import AnswersRefused, give_answers
from leads.thanks import Thanked
from leads.views.capture import framed_by, public


@require_http_methods(["GET", "HEAD", "POST"])
@public("form", times=5)
def thank_you(request: HttpRequest, token: str) -> HttpResponse:
    try:
        thanked = thanks.thanked(token)
    except (BadSignature, TypeError, ValueError) as error:
        raise Http404 from error
    step = thanked.next_step
    form = QuestionsForm(request.POST or None, questions=[(question, False) for question in step.questions])
    if thanked.inquiry and form.is_valid() and _answered(thanked, form):
        return redirect("leads:thanks", token=token)
    context = {"step": step, "form": form, "thanked": thanked, "asked": thanked.form}
    response = render(request, "leads/thanks.html", context, status=422 if form.is_bound else 200)
    return framed_by(response, thanked.form) if thanked.framed and thanked.form else response


def _answered(thanked: Thanked, form: QuestionsForm) -> bool:
    assert thanked.inquiry  # noqa: S101
    try:
        give_answers(
            lead=thanked.inquiry.lead,
            answers=form.answers,
            provenance=Provenance.FORM,
            now=timezone.now(),
            inquiry=thanked.inquiry,
        )
    except AnswersRefused as refused:
        form.add_refusals(refused.errors)
        return False
    return True


@require_http_methods(["GET", "HEAD", "POST"])
@public("confirm")
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """Following the link changes nothing, pressing the button does: mail scanners follow links."""
    confirmation = confirmation_of(token)
    if confirmation is None:
        raise Http404
    done = request.method == "POST"
    if done:
        confirm_email(confirmation=confirmation, now=timezone.now(), ip=client_ip(request))
    return render(request, "leads/confirm.html", {"done": done or confirmation.confirmed_at is not None})
