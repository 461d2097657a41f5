"""The company's logo, which mails load from here."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from crm.people.models import Company


@login_not_required
@require_safe
@cache_control(public=True, max_age=86_400)
def logo(request: HttpRequest, name: str) -> FileResponse:
    """Old mails show the present one: ``name`` only tells caches that it is another."""
    picture = Company.current().logo
    if not picture:
        raise Http404
    try:
        return FileResponse(picture.open("rb"), headers={"X-Content-Type-Options": "nosniff"})
    except FileNotFoundError as error:
        raise Http404 from error
