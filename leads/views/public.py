"""The pages for prospects: the inquiry form, and thanks with the one or two missing questions."""

from django.contrib.auth.decorators import login_not_required
from django.core.signing import BadSignature
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from leads import thanks
from leads.forms.public import PublicInquiryForm, QuestionsForm
from leads.models import Channel, Inquiry, InquiryForm, Provenance
from leads.services.intake import IntakeRefused, Submission, take_inquiry
from leads.services.qualification import AnswersRefused, give_answers


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def inquiry_form(request: HttpRequest, slug: str) -> HttpResponse:
    asked = get_object_or_404(InquiryForm.objects.select_related("source", "campaign"), slug=slug, active=True)
    if request.method != "POST":
        form = PublicInquiryForm(inquiry_form=asked, initial={"referrer": request.headers.get("Referer", "")[:2000]})
        return render(request, "leads/form.html", {"asked": asked, "form": form})
    form = PublicInquiryForm(request.POST, inquiry_form=asked)
    if form.is_trapped:
        return _to_thanks(None)
    if form.is_valid():
        try:
            return _to_thanks(take_inquiry(submission=_submission(request, asked, form), now=timezone.now()).inquiry)
        except IntakeRefused as refused:
            form.add_refusals(refused.errors)
    return render(request, "leads/form.html", {"asked": asked, "form": form}, status=422)


def _submission(request: HttpRequest, asked: InquiryForm, form: PublicInquiryForm) -> Submission:
    return Submission(
        channel=Channel.FORM,
        provenance=Provenance.FORM,
        payload=form.payload,
        answers=form.answers,
        **form.person,
        form=asked,
        source=asked.source,
        campaign=asked.campaign,
        consent_text=asked.consent_text if form.cleaned_data.get("consent") else "",
        ip=request.META.get("REMOTE_ADDR") or None,
        landing_page=request.get_full_path(),
        referrer=form.cleaned_data["referrer"],
    )


def _to_thanks(inquiry: Inquiry | None) -> HttpResponseRedirect:
    return redirect("leads:thanks", token=thanks.token_for(inquiry))


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def thank_you(request: HttpRequest, token: str) -> HttpResponse:
    try:
        inquiry = thanks.inquiry_of(token)
    except BadSignature as error:
        raise Http404 from error
    step = thanks.next_step(inquiry) if inquiry else thanks.NextStep()
    questions = [(question, False) for question in step.questions]
    form = QuestionsForm(request.POST or None, questions=questions)
    if inquiry and form.is_valid():
        try:
            give_answers(
                lead=inquiry.lead,
                answers=form.answers,
                provenance=Provenance.FORM,
                now=timezone.now(),
                inquiry=inquiry,
            )
            return redirect("leads:thanks", token=token)
        except AnswersRefused as refused:
            form.add_refusals(refused.errors)
    status = 422 if form.is_bound else 200
    return render(request, "leads/thanks.html", {"step": step, "form": form}, status=status)
