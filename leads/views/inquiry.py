"""The inquiry form as a page of ours, and as a frame in other sites."""

import time
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.web.addresses import client_ip
from crm.web.holding import holding
from leads import thanks
from leads.form_pages import Shown, Way, definition_of
from leads.form_view import FormView
from leads.forms.inquiry import CONSENT, PROOF, InquiryFields
from leads.known import PARAMETER, known_lead, live_lead
from leads.models import Via
from leads.opening import VALID_SECONDS, Opening, open_form, opening_of
from leads.services.capture import submit_form
from leads.services.finding import Ahead, look_ahead
from leads.services.intake import IntakeRefused
from leads.services.person import clean_person
from leads.views.capture import active_form, framed_by, public, sent_nothing, sent_too_often
from leads.walking import first_wrong, next_shown, told_by, way_of


@require_http_methods(["GET", "HEAD", "POST"])
@public("form", times=5, sends=True)
def page(request: HttpRequest, slug: str) -> HttpResponse:
    return _form(request, slug, Via.PAGE)


@require_http_methods(["GET", "HEAD", "POST"])
@public("form", times=5, sends=True)
def frame(request: HttpRequest, slug: str) -> HttpResponse:
    return _form(request, slug, Via.FRAME)


@holding(keep=True)
def _form(request: HttpRequest, slug: str, via: str) -> HttpResponse:
    ahead = _look_ahead(request) if request.method == "POST" else None
    definition = definition_of(active_form(slug))
    if request.method == "POST":
        opening = opening_of(request.POST.get("token", ""), definition.form)
        lead = live_lead(opening.lead) if opening else None
        fields = InquiryFields(request.POST, definition=definition, lead=lead)
        return _posted(request, fields, way_of(fields, told_by(lead)), opening, via, ahead)
    lead = known_lead(request.GET.get(PARAMETER, ""))
    fields = InquiryFields(definition=definition, lead=lead)
    way = way_of(fields, told_by(lead))
    first = way.show(way.after(None) or definition.pages[0])
    return _shown(request, fields, way, first, _opened(request, fields, via))


def _look_ahead(request: HttpRequest) -> Ahead | None:
    person, errors = clean_person({name: request.POST.get(name, "") for name in ("email", "phone", "country")})
    return None if errors else look_ahead(email=person["email"], phone=person["phone"])


def _opened(request: HttpRequest, fields: InquiryFields, via: str) -> Opening:
    return open_form(
        fields.definition.form,
        told=request.GET,
        via=via,
        landing_page=request.build_absolute_uri() if via == Via.PAGE else "",
        referrer=request.headers.get("Referer", ""),
        lead=fields.lead.pk if fields.lead else None,
    )


def _posted(
    request: HttpRequest, fields: InquiryFields, way: Way, opening: Opening | None, via: str, ahead: Ahead | None
) -> HttpResponse:
    number = request.POST.get("page", "")
    shown = next_shown(
        way,
        fields,
        number=int(number) if number.isascii() and number.isdigit() else 0,
        asked=request.POST.getlist("asked"),
        back="back" in request.POST,
    )
    moved_on = shown is not None and not fields.errors
    if shown is not None:
        sent_nothing(request)
    elif refused := sent_too_often(request):
        return refused
    else:
        try:
            intake = submit_form(
                fields=fields,
                way=way,
                opening=opening,
                solution=request.POST.get(PROOF, ""),
                ip=client_ip(request),
                now=timezone.now(),
                ahead=ahead,
            )
            inquiry = intake.inquiry if intake else None
            token = thanks.token_for(
                inquiry, form=fields.definition.form, framed=via == Via.FRAME, known=bool(fields.lead)
            )
            return redirect("leads:thanks", token=token)
        except IntakeRefused as refusal:
            fields.add_refusals(refusal.errors)
            shown = first_wrong(way, fields) or way.show(way.end())
    opening = _still_open(opening or _opened(request, fields, via), shown, fields)
    return _shown(request, fields, way, shown, opening, status=200 if moved_on else 422)


def _still_open(opening: Opening, shown: Shown, fields: InquiryFields) -> Opening:
    """With a fresh time where it was too old, and with the consent text that is on this page."""
    now = time.time()
    if CONSENT in fields.errors:
        fields.untick_consent()
    shows_consent = shown.page.asks_contact and not shown.follow_up
    return replace(
        opening,
        at=now if now - opening.at > VALID_SECONDS else opening.at,
        consent=fields.definition.form.consent_digest[:16] if shows_consent else opening.consent,
    )


def _shown(
    request: HttpRequest, fields: InquiryFields, way: Way, shown: Shown, opening: Opening, *, status: int = 200
) -> HttpResponse:
    framed = opening.via == Via.FRAME
    view = FormView(fields, way, shown, opening.token, framed=framed)
    response = render(request, "leads/form.html", {"view": view}, status=status)
    return framed_by(response, fields.definition.form) if framed else response
