"""Answers to requests that HTMX makes and to those of a browser without script."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_htmx.http import HttpResponseClientRedirect


def redirect_to(request: HttpRequest, url: str) -> HttpResponse:
    """After a form was saved, also in the dialog: the whole page goes to ``url``."""
    return HttpResponseClientRedirect(url) if request.htmx else HttpResponseRedirect(url)  # type: ignore[attr-defined]


def refused(response: HttpResponse) -> HttpResponse:
    """A form with errors: shown again, and not a success for caches, logs and tests."""
    response.status_code = 422
    return response
