"""Pages of one record: ``#record`` is swapped after an action with what a fresh GET gives."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseLocation, trigger_client_event

from crm.web.lists import wants_fragment


def record_page(request: HttpRequest, template: str, fragment: str, context: dict[str, Any]) -> HttpResponse:
    """``template`` is the page and includes ``fragment``, which holds ``#record``. HTMX gets that and messages."""
    context = context | {"fragment_template": fragment}
    name = "components/record_fragment.html" if wants_fragment(request) else template
    response = render(request, name, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def back_to_record(request: HttpRequest, url: str, *, status: int = 200) -> HttpResponse:
    """After an action, from the page or a dialog: a redirect, or for HTMX the order to swap ``#record``."""
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect(url)
    response = HttpResponseLocation(url, target="#record", select="#record", swap="outerHTML")
    response.status_code = status
    return trigger_client_event(response, "closeDialog")


def report_conflict(request: HttpRequest, url: str, error: Exception) -> HttpResponse:
    """The action was refused because the record is no longer what the person saw: say so, and show it as it is."""
    messages.error(request, str(error))
    return back_to_record(request, url, status=409)
