"""What a company's own site loads from here: the script that puts a form into a page, and counters of the form."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_POST, require_safe

from leads.services.form_days import count_start, count_view
from leads.services.visits import record_visit
from leads.views.capture import active_form, public


@require_safe
@login_not_required
@cache_control(public=True, max_age=600)
def embed_script(request: HttpRequest, slug: str) -> HttpResponse:
    active_form(slug)
    response = render(request, "leads/embed.js", content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_safe
@login_not_required
@cache_control(public=True, max_age=600)
def visits_script(request: HttpRequest) -> HttpResponse:
    response = render(request, "leads/visits.js", content_type="text/javascript; charset=utf-8")
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


@require_POST
@public("visit", times=5)
def visit(request: HttpRequest) -> HttpResponse:
    """Says nothing of whether the page or the visitor is known."""
    record_visit(visitor=request.POST.get("visitor", ""), page=request.POST.get("page", ""), now=timezone.now())
    return HttpResponse(status=204)


@require_POST
@public("count", times=5)
def viewed(request: HttpRequest, slug: str) -> HttpResponse:
    count_view(form=active_form(slug), now=timezone.now())
    return HttpResponse(status=204)


@require_POST
@public("count", times=5)
def started(request: HttpRequest, slug: str) -> HttpResponse:
    count_start(form=active_form(slug), now=timezone.now())
    return HttpResponse(status=204)
