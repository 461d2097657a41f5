import json
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from crm.people.models import User
from crm.web.exports import csv_response
from reports import charts, exports, tables, wording
from reports.catalog import CLOSE_RATES, MIX, REPORTS, Report
from reports.filters import LeadFilters
from reports.statistics import MINIMUM_SAMPLE


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Each report with what it says now."""
    results = [report.run(user=_user(request), filters=report.filters({})) for report in REPORTS.values()]
    cards = [(found.report, wording.sentences(found)) for found in results]
    return render(request, "reports/home.html", {"cards": cards})


@require_safe
def close_rates(request: HttpRequest) -> HttpResponse:
    return _page(request, CLOSE_RATES)


@require_safe
def close_rates_csv(request: HttpRequest) -> HttpResponseBase:
    return _csv(request, CLOSE_RATES)


@require_safe
def mix(request: HttpRequest) -> HttpResponse:
    return _page(request, MIX)


@require_safe
def mix_csv(request: HttpRequest) -> HttpResponseBase:
    return _csv(request, MIX)


def _page(request: HttpRequest, report: Report) -> HttpResponse:
    filters = report.filters(request.GET, user=_user(request))
    context = {"report": report, "form": filters.form, "result": None, "minimum": MINIMUM_SAMPLE, "zone": filters.zone}
    if filters.is_valid():
        context |= _findings(request, report, filters)
    return render(request, report.template, context, status=200 if filters.is_valid() else _refusal(request))


def _findings(request: HttpRequest, report: Report, filters: LeadFilters) -> dict[str, Any]:
    result = report.run(user=_user(request), filters=filters)
    chart = charts.chart(result)
    return {
        "result": result,
        "sentences": wording.sentences(result),
        "chart": chart,
        "chart_json": json.dumps(chart, ensure_ascii=False),
        "lines": list(tables.lines(result)),
        "query_string": request.GET.urlencode(),
    }


def _refusal(request: HttpRequest) -> int:
    """HTMX shows the errors of a 422 and not those of a 400."""
    return 422 if request.htmx else 400  # type: ignore[attr-defined]


def _csv(request: HttpRequest, report: Report) -> HttpResponseBase:
    filters = report.filters(request.GET, user=_user(request))
    if not filters.is_valid():
        return HttpResponseBadRequest(filters.form.errors.as_text(), content_type="text/plain; charset=utf-8")
    result = report.run(user=_user(request), filters=filters)
    return csv_response(name=report.name, header=exports.header(result), rows=exports.rows(result))


def _user(request: HttpRequest) -> User:
    """Every page is behind the log-in."""
    return cast(User, request.user)
