import json
from typing import Any, cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from crm.people.models import User
from crm.web.exports import csv_response
from crm.web.holding import holding
from reports import exports
from reports.catalog import REPORTS
from reports.filters import LeadFilters
from reports.models import DigestOptOut
from reports.report import Report, Result
from reports.services.digest import want_digest
from reports.services.ruling import RulingRefused
from reports.services.ruling import stop as stop_subject

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


TOLD_AT_HOME = ("close-rates", "mix")


@require_safe
@holding()
def home(request: HttpRequest) -> HttpResponse:
    """Each report with its question; the first two with what they say now."""
    user = _user(request)
    cards = [(report, _told(report, user)) for report in REPORTS.values() if _open_to(report, user)]
    return render(request, "reports/home.html", {"cards": cards})


def _told(report: Report, user: User) -> list[str]:
    if report.name not in TOLD_AT_HOME:
        return []
    result = report.run(user=user, filters=report.filters({}, user=user), now=timezone.now())
    return ["No lead has come in yet."] if result.empty else result.found.sentences


@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    return render(request, "reports/statistics.html")


@require_safe
def page(request: HttpRequest, name: str) -> HttpResponse:
    report, filters = _asked(request, name)
    context = {"report": report, "form": filters.form, "filters": filters, "result": None}
    if filters.is_valid():
        context |= _findings(request, report, filters)
    return render(request, "reports/report.html", context, status=200 if filters.is_valid() else _refusal(request))


def _findings(request: HttpRequest, report: Report, filters: LeadFilters) -> dict[str, Any]:
    result = report.run(user=_user(request), filters=filters, now=timezone.now())
    return {
        "result": result,
        "chart": result.found.chart,
        "chart_json": json.dumps(result.found.chart, ensure_ascii=False) if result.found.chart else "",
        "definitions": list(exports.definitions(result)),
        "query_string": request.GET.urlencode(),
        "remedy": report.remedy_for(_user(request)) if result.empty else None,
    }


def _refusal(request: HttpRequest) -> int:
    """HTMX shows the errors of a 422 and not those of a 400."""
    return 422 if request.htmx else 400  # type: ignore[attr-defined]


@require_safe
def as_csv(request: HttpRequest, name: str) -> HttpResponseBase:
    """One table: the report's own, or the one that ``table`` names."""
    wanted = request.GET.get("table", "rows")
    result = _result(request, name)
    if isinstance(result, HttpResponse):
        return result
    table = next((table for table in result.found.tables if table.name == wanted), None)
    if table is None:
        raise Http404
    name = name if table is result.found.main else f"{name}-{table.name}"
    return csv_response(name=name, header=exports.header(table), rows=exports.rows(table))


@require_safe
def as_xlsx(request: HttpRequest, name: str) -> HttpResponse:
    result = _result(request, name)
    if isinstance(result, HttpResponse):
        return result
    return _download(exports.as_xlsx(result), XLSX, f"{name}.xlsx")


@require_safe
def as_png(request: HttpRequest, name: str) -> HttpResponse:
    from reports.pictures import picture

    result = _result(request, name)
    if isinstance(result, HttpResponse):
        return result
    if not (result.found.chart and result.found.chart["rows"]):
        raise Http404
    return _download(picture(result), "image/png", f"{name}-by-{result.by}.png")


@require_safe
def as_json(request: HttpRequest, name: str) -> HttpResponse:
    """The same as ``manage.py report NAME --format json``, of what the user may see."""
    report, filters = _asked(request, name)
    if not filters.is_valid():
        return JsonResponse({"errors": filters.form.errors}, status=400)
    result = report.run(user=_user(request), filters=filters, now=timezone.now())
    return JsonResponse(result.as_json(), json_dumps_params={"ensure_ascii": False})


@require_http_methods(["GET", "HEAD", "POST"])
def digest(request: HttpRequest) -> HttpResponse:
    """Whether a manager gets the weekly mail."""
    user = _user(request)
    if not user.is_manager:
        raise Http404
    if request.method == "POST":
        wanted = request.POST.get("wanted") == "yes"
        want_digest(user=user, wanted=wanted, now=timezone.now())
        messages.success(request, "You get the digest on Mondays." if wanted else "The digest is stopped.")
        return redirect("reports:digest")
    wanted = not DigestOptOut.objects.filter(user=user).exists()
    return render(request, "reports/preferences.html", {"wanted": wanted, "newest": user.digests.first()})


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """One press on Repeat or delete."""
    kind, pk = request.POST.get("kind", ""), request.POST.get("pk", "")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        raise Http404
    try:
        ruling = stop_subject(kind=kind, pk=int(pk), by=_user(request), now=timezone.now())
        messages.success(request, f"Stopped: {ruling.label}. The figures are kept with the decision.")
    except RulingRefused as refused:
        messages.error(request, str(refused))
    return redirect("reports:repeat_or_delete")


def _result(request: HttpRequest, name: str) -> Result | HttpResponse:
    report, filters = _asked(request, name)
    if not filters.is_valid():
        return HttpResponseBadRequest(filters.form.errors.as_text(), content_type="text/plain; charset=utf-8")
    return report.run(user=_user(request), filters=filters, now=timezone.now())


def _asked(request: HttpRequest, name: str) -> tuple[Report, LeadFilters]:
    """``table`` chooses what to export, not what to count."""
    report, user = REPORTS[name], _user(request)
    if not _open_to(report, user):
        raise Http404
    asked = {key: value for key, value in request.GET.items() if key != "table"}
    return report, report.filters(asked, user=user)


def _open_to(report: Report, user: User) -> bool:
    return user.is_manager or not report.managers_only


def _download(body: bytes, content_type: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(body, content_type=content_type, headers=headers)


def _user(request: HttpRequest) -> User:
    """Every page is behind the log-in."""
    return cast(User, request.user)
