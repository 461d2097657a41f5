"""Today and the search: both show what the apps above registered in their slots."""

from itertools import groupby
from operator import attrgetter

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from crm.web.slots import search_providers, today_sections

MAX_QUERY = 100


@require_safe
def today(request: HttpRequest) -> HttpResponse:
    sections = sorted(today_sections.collect(request.user, now=timezone.now()), key=attrgetter("order"))
    return render(request, "web/today.html", {"sections": sections})


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """A page of hits; for the search field only the list."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:MAX_QUERY]
    hits = search_providers.collect(text, user=request.user) if text else []
    groups = [(kind, list(found)) for kind, found in groupby(hits, key=attrgetter("kind"))]
    groups.reverse()  # providers of higher apps registered last: leads come before accounts
    template = "web/search_results.html" if request.htmx else "web/search.html"  # type: ignore[attr-defined]
    return render(request, template, {"groups": groups, "text": text})
