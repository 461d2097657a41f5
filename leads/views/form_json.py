"""The same forms as JSON, for a company's own pages and programs: GET tells what to ask, POST takes it.

Checks are those of the page: the token of the GET (when it was opened), the hidden field, the throttle, the proof of
work. A browser on another site may use it only from the form's allowed sites (CORS).
"""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_http_methods

from crm.fields.kinds import FieldKind
from crm.web.addresses import client_ip
from crm.web.holding import holding
from leads import proof, thanks
from leads.form_description import describe
from leads.form_pages import definition_of
from leads.forms.answers import PREFIX
from leads.forms.inquiry import CONSENT, PROOF, InquiryFields
from leads.models import InquiryForm, Via
from leads.opening import UTM, open_form, opening_of
from leads.services.capture import submit_form
from leads.services.intake import IntakeRefused
from leads.thanks import NextStep
from leads.views.capture import SENDS, active_form, public, too_many
from leads.walking import first_wrong, way_of

BESIDE_FIELDS = ("token", "answers", PROOF, "page", "referrer", "visitor", *UTM)


@require_http_methods(["GET", "HEAD", "POST", "OPTIONS"])
@public("json", times=5, as_json=True)
def form_json(request: HttpRequest, slug: str) -> HttpResponse:
    form = active_form(slug)
    if request.method == "OPTIONS":
        response = HttpResponse(status=204)
    elif request.method == "POST":
        response = _post(request, form)
    else:
        response = JsonResponse(_definition(request, form))
    return allow_sites(request, response, form)


@require_http_methods(["GET", "OPTIONS"])
@public("challenge", as_json=True)
def challenge(request: HttpRequest, slug: str) -> HttpResponse:
    """A puzzle for the visitor's browser."""
    form = active_form(slug)
    refused = too_many(request, "challenge", times=5, as_json=True)
    response = refused or (JsonResponse(proof.challenge_for(form)) if form.proof_of_work else HttpResponse(status=404))
    return allow_sites(request, response, form)


def allow_sites(request: HttpRequest, response: HttpResponse, form: InquiryForm) -> HttpResponse:
    """CORS for the allowed sites alone, and never with cookies."""
    response["Vary"] = "Origin"
    origin = request.headers.get("Origin", "")
    if origin.lower() in form.sites:
        response["Access-Control-Allow-Origin"] = origin
        response["Access-Control-Allow-Methods"] = "GET, POST"
        response["Access-Control-Allow-Headers"] = "Content-Type"
        response["Access-Control-Expose-Headers"] = "Retry-After"
        response["Access-Control-Max-Age"] = "600"
    return response


def _definition(request: HttpRequest, form: InquiryForm) -> dict[str, Any]:
    opening = open_form(form, told=request.GET, via=Via.JSON, referrer=request.headers.get("Referer", ""))
    return describe(definition_of(form)) | {
        "token": opening.token,
        "challenge_url": reverse("leads:challenge", args=[form.slug]) if form.proof_of_work else None,
    }


@holding(keep=True)
def _post(request: HttpRequest, form: InquiryForm) -> HttpResponse:
    try:
        body = json.loads(request.body)
    except (ValueError, RecursionError):
        return JsonResponse({"detail": "The body is not JSON."}, status=400)
    if not isinstance(body, dict) or not isinstance(body.get("answers", {}), dict):
        return JsonResponse({"detail": "The body is not an object with fields and “answers”."}, status=400)
    definition = definition_of(form)
    fields = InquiryFields(_as_posted(body), definition=definition)
    errors = {name: ["There is no such field."] for name in body if name not in {*fields.fields, *BESIDE_FIELDS}}
    errors |= {name: ["Enter a text."] for name in fields.fields if name in body and not _fits(fields, name, body)}
    errors |= {key: ["This form does not ask that."] for key in fields.unknown_questions()}
    way = way_of(fields, {})
    if errors or first_wrong(way, fields):
        return _refused(errors | _errors_of(fields))
    if refused := too_many(request, SENDS, as_json=True):
        return refused
    opening = opening_of(_text(body.get("token")), form)
    try:
        intake = submit_form(
            fields=fields,
            way=way,
            opening=opening,
            solution=_text(body.get(PROOF)),
            ip=client_ip(request),
            now=timezone.now(),
        )
    except IntakeRefused as refusal:
        return _refused({name or "token": [text] for name, text in refusal.errors.items()})
    inquiry = intake.inquiry if intake else None
    step = thanks.next_step(inquiry) if inquiry else NextStep()
    url = reverse("leads:thanks", args=[thanks.token_for(inquiry, form=form)])
    return JsonResponse(_thanks(form, step, request.build_absolute_uri(url)), status=201)


def _thanks(form: InquiryForm, step: NextStep, url: str) -> dict[str, Any]:
    return {
        "message": form.qualified_text if step.qualified else form.thanks_text,
        "qualified": step.qualified,
        "booking_link": step.booking_link or None,
        "questions": [question.key for question in step.questions],
        "thanks_url": url,
    }


def _as_posted(body: dict[str, Any]) -> MultiValueDict[str, str]:
    """As a browser posts it."""
    posted: MultiValueDict[str, str] = MultiValueDict()
    answers = {f"{PREFIX}{key}": value for key, value in body.get("answers", {}).items()}
    for name, value in ({k: v for k, v in body.items() if k not in BESIDE_FIELDS} | answers).items():
        items = value if isinstance(value, list) else [value]
        posted.setlist(name, [_as_text(name, item) for item in items if item is not None])
    return posted


def _as_text(name: str, item: Any) -> str:
    if isinstance(item, bool):
        return ("on" if item else "false") if name == CONSENT else ("yes" if item else "no")
    return item if isinstance(item, str) else json.dumps(item)


def _fits(fields: InquiryFields, name: str, body: dict[str, Any]) -> bool:
    """A list only where several choices are asked for."""
    several = name in fields.custom_asked and fields.custom_asked[name].kind == FieldKind.CHOICES
    items = body[name] if several and isinstance(body[name], list) else [body[name]]
    return all(map(_plain, items))


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | int | float | bool)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _errors_of(fields: InquiryFields) -> dict[str, list[str]]:
    """By the names that the body uses: an answer's is its question's key."""
    return {
        name.removeprefix(PREFIX): [str(error) for error in errors]
        for name, errors in fields.errors.items()
        if name != "__all__"
    }


def _refused(errors: dict[str, list[str]]) -> HttpResponse:
    return JsonResponse({"errors": errors}, status=422)
