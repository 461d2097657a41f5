"""What the public pages and endpoints of forms share: bounded bodies, a throttle that a person understands, framing."""

from collections.abc import Callable
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
from crm.web.throttle import wait_seconds
from leads.models import InquiryForm

View = Callable[..., HttpResponse]
TOO_LARGE = "That is more than this form takes. Please send less text."
TOO_MANY = "Too much was sent from your network in a short time. Please try again in {minutes}."


def public(scope: str, *, times: int = 1, as_json: bool = False) -> Callable[[View], View]:
    """A view for strangers. Nobody's log-in or cookie gives such a post any power, and in a frame no cookie is sent:
    that is why it needs no CSRF token. Posts are bounded in size, and in number (``times`` the usual limit)."""

    def decorate(view: View) -> View:
        @login_not_required
        @csrf_exempt
        @never_cache
        @wraps(view)
        def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            refused = _refusal(request, scope, times, as_json) if request.method == "POST" else None
            return refused or view(request, *args, **kwargs)

        return wrapper

    return decorate


def _refusal(request: HttpRequest, scope: str, times: int, as_json: bool) -> HttpResponse | None:
    if _length(request) > (settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0):
        return _sorry(request, TOO_LARGE, 413, as_json)
    return too_many(request, scope, times=times, as_json=as_json)


def too_many(request: HttpRequest, scope: str, *, times: int = 1, as_json: bool = False) -> HttpResponse | None:
    """Counts this request; the answer to it if that were too many."""
    wait = wait_seconds(scope, client_ip(request), times=times)
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
