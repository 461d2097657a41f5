"""One-click unsubscribe (RFC 8058): a POST without cookie, log-in or token does it; a GET only shows the button."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from nurture.mail.links import BadLink, read_unsubscribe
from nurture.models import ClickOn
from nurture.services import suppression
from nurture.views.links import note
from nurture.views.touches import touch_of


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Whatever the body says, a POST to the signed address is the wish. Repeating it gives the same answer."""
    try:
        touch = touch_of(read_unsubscribe(token))
    except BadLink as error:
        raise Http404 from error
    done = request.method == "POST"
    if not done:
        note(request, touch, on=ClickOn.UNSUBSCRIBE)
    else:
        suppression.unsubscribe(touch=touch, now=timezone.now())
    return render(request, "nurture/unsubscribe.html", {"done": done})
