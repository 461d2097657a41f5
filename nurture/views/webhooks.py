"""What providers and mail servers post: no log-in, no cookie, no CSRF token, but a signature."""

from collections.abc import Callable
from datetime import datetime

import structlog
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from crm.web.addresses import client_ip
from crm.web.throttle import wait_seconds
from nurture.inbound.providers import is_open, take_from_provider
from nurture.inbound.refusals import PostRefused, note_refusal
from nurture.inbound.signed import SOURCE, take_signed

log = structlog.get_logger(__name__)


@login_not_required
@csrf_exempt
@never_cache
@require_POST
def signed(request: HttpRequest) -> HttpResponse:
    def take(now: datetime) -> None:
        headers = {name.lower(): value for name, value in request.headers.items()}
        take_signed(body=request.body, headers=headers, now=now)

    return _answer(request, SOURCE, take)


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["POST", "HEAD"])
def provider(request: HttpRequest, provider: str, what: str) -> HttpResponse:
    """HEAD: some look whether the address is there when it is set up."""
    if not is_open(provider, what):
        raise Http404
    if request.method == "HEAD":
        return HttpResponse()
    return _answer(
        request, provider, lambda now: take_from_provider(request=request, provider=provider, what=what, now=now)
    )


def _answer(request: HttpRequest, source: str, take: Callable[[datetime], None]) -> HttpResponse:
    """200 also for what we had already. A flood of refused posts is slowed down; the others never are."""
    now = timezone.now()
    try:
        take(now)
    except PostRefused as refused:
        if wait := wait_seconds("webhook", client_ip(request)):
            return HttpResponse("Too many.", status=429, headers={"Retry-After": str(wait)}, content_type="text/plain")
        note_refusal(source=source, reason=refused.reason, now=now)
        log.warning("webhook_refused", source=source, reason=refused.reason)
        return HttpResponse(f"{refused.reason}.", status=refused.status, content_type="text/plain")
    return HttpResponse("OK", content_type="text/plain")
