"""What the links in a mail lead to. A GET redirects or hands out the file, and notes that it did; nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from nurture.mail.links import BadLink, ClickLink, read_click
from nurture.models import Attachment, ClickOn, Touch, TrackedLink
from nurture.services.clicks import note_click
from nurture.views.touches import touch_of
from nurture.visitors import agent_of, sign_of

# Whatever the file is, a browser that shows it all the same runs nothing in it.
FILE_HEADERS = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'"}


class ToPage(HttpResponseRedirect):
    """To an address that was stored when the mail was made."""

    allowed_schemes = ["http", "https"]


@login_not_required
@never_cache
@require_safe
def click(request: HttpRequest, token: str) -> HttpResponseBase:
    link = _link(token)
    touch = touch_of(link.touch)
    if link.on == ClickOn.ATTACHMENT:
        return _file(request, touch, get_object_or_404(Attachment, pk=link.pk))
    if link.on == ClickOn.LINK:
        return _page(request, touch, get_object_or_404(TrackedLink, pk=link.pk))
    note(request, touch, on=ClickOn.TRAP)
    return HttpResponse(status=204)


def note(request: HttpRequest, touch: Touch, **what: str | TrackedLink | Attachment) -> None:
    """Only where the sequence counts clicks."""
    if touch.enrollment.sequence.track_clicks:
        sign = sign_of(str(request.method), request.headers)
        note_click(touch=touch, now=timezone.now(), sign=sign, agent=agent_of(request.headers), **what)  # type: ignore[arg-type]


def _page(request: HttpRequest, touch: Touch, link: TrackedLink) -> HttpResponse:
    note(request, touch, on=ClickOn.LINK, link=link)
    response = ToPage(link.target)
    response["Referrer-Policy"] = "no-referrer"  # the token is nobody else's business
    return response


def _file(request: HttpRequest, touch: Touch, attachment: Attachment) -> HttpResponseBase:
    note(request, touch, on=ClickOn.ATTACHMENT, attachment=attachment)
    try:
        content = attachment.file.open("rb")
    except FileNotFoundError as error:
        raise Http404 from error
    return FileResponse(content, as_attachment=True, filename=attachment.name, headers=FILE_HEADERS)


def _link(token: str) -> ClickLink:
    try:
        return read_click(token)
    except BadLink as error:
        raise Http404 from error
