"""What the public pages and endpoints of forms share: bounded bodies, a throttle that a person understands, framing."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

from csp.constants import SELF
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from crm.web.addresses import client_ip
from crm.web.holding import kept
from crm.web.throttle import give_back, wait_seconds, waits
from leads.models import InquiryForm

View = Callable[..., HttpResponse]
SENDS = "send"  # scope of the throttle
TOO_LARGE = "That is more than this form takes. Please send less text."
TOO_MANY = "Too much was sent from your network in a short time. Please try again in {minutes}."


def public(scope: str, *, times: int = 1, as_json: bool = False, sends: bool = False) -> Callable[[View], View]:
    """A view for strangers. Nobody's log-in or cookie gives such a post any power, and in a frame no cookie is sent:
    that is why it needs no CSRF token. Posts are bounded in size, and in number (``times`` the usual limit).
    ``sends``: each is counted as one that sends a form too; the view asks ``sent_too_often`` or says ``sent_nothing``.
    """
    scopes = {scope: times, **({SENDS: 1} if sends else {})}

    def decorate(view: View) -> View:
        @login_not_required
        @csrf_exempt
        @never_cache
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refused = _refusal(request, scopes, as_json) if request.method == "POST" else None
            return refused or view(request, *args, **kwargs)

        return wrapper

    return decorate


def _refusal(request: HttpRequest, scopes: Mapping[str, int], as_json: bool) -> HttpResponse | None:
    if _length(request) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
        return _sorry(request, TOO_LARGE, 413, as_json)
    found = waits(scopes, client_ip(request))
    request.wait_to_send = found.pop(SENDS, 0)  # type: ignore[attr-defined]
    return _told_to_wait(request, max(found.values()), as_json)


def sent_too_often(request: HttpRequest) -> HttpResponse | None:
    """The answer to a post that sends a form, if there were too many of them."""
    return _told_to_wait(request, request.wait_to_send)  # type: ignore[attr-defined]


def sent_nothing(request: HttpRequest) -> None:
    """From one page of the form to the next, or something was wrong."""
    give_back(SENDS, client_ip(request))


def too_many(request: HttpRequest, scope: str, *, times: int = 1, as_json: bool = False) -> HttpResponse | None:
    """Counts this request; the answer to it if that were too many."""
    return _told_to_wait(request, wait_seconds(scope, client_ip(request), times=times), as_json)


def _told_to_wait(request: HttpRequest, wait: int, as_json: bool = False) -> HttpResponse | None:
    if not wait:
        return None
    minutes = -(-wait // 60)
    text = TOO_MANY.format(minutes="a minute" if minutes == 1 else f"{minutes} minutes")
    response = _sorry(request, text, 429, as_json)
    response["Retry-After"] = str(wait)
    return response


def _length(request: HttpRequest) -> int:
    """Without a length nothing of the body is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0


def _sorry(request: HttpRequest, text: str, status: int, as_json: bool) -> HttpResponse:
    if as_json:
        return JsonResponse({"detail": text}, status=status)
    response = render(request, "leads/sorry.html", {"text": text}, status=status)
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": ["*"]}  # type: ignore[attr-defined]
    return response


def active_form(slug: str) -> InquiryForm:
    """Raises Http404 where there is none, or it is switched off."""
    form = _form_at(slug)
    if form is None:
        raise Http404("There is no such form.")
    return form


@kept("leads_inquiryform", "campaigns_source", "campaigns_campaign")
def _form_at(slug: str) -> InquiryForm | None:
    return InquiryForm.objects.select_related("source", "campaign").filter(slug=slug, active=True).first()


def framed_by(response: HttpResponse, form: InquiryForm) -> HttpResponse:
    """The sites of the form, and our own admin with its preview, may show it in a frame."""
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": [SELF, *form.sites]}  # type: ignore[attr-defined]
    return response
