"""Pages of back-tests: for managers, who see every lead. Reps do not learn that there are any."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh
from django_tables2 import RequestConfig

from crm.people.requests import UserRequest
from crm.web.exports import csv_response
from leads.models import Policy, PolicyPurpose, PolicyStatus
from reports import tasks
from reports.back_tests import shown, told
from reports.back_tests.running import MAX_FLIPS
from reports.back_tests.services import BackTestRefused, cancel_back_test, request_back_test
from reports.back_tests.tables import BackTestTable, FlipTable
from reports.models import BackTest

WAYS = {"gained": True, "lost": False}


def _back_test(request: UserRequest, pk: int) -> BackTest:
    if not request.user.has_perm("reports.view_backtest"):
        raise Http404
    return get_object_or_404(
        BackTest.objects.select_related("policy__campaign", "compared_with", "requested_by"), pk=pk
    )


def _may_start(request: UserRequest) -> bool:
    return request.user.has_perm("reports.add_backtest")


@require_safe
def home(request: UserRequest) -> HttpResponse:
    """Back-tests, and the drafts that can be tested."""
    if not request.user.has_perm("reports.view_backtest"):
        raise Http404
    table = BackTestTable(BackTest.objects.select_related("policy", "compared_with", "requested_by"))
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    drafts = Policy.objects.filter(purpose=PolicyPurpose.MARKETING, status=PolicyStatus.DRAFT)
    context = {"table": table, "drafts": list(drafts) if _may_start(request) else []}
    return render(request, "reports/back_tests/home.html", context)


@require_POST
def start(request: UserRequest, policy: int) -> HttpResponse:
    if not _may_start(request):
        raise PermissionDenied
    try:
        asked = request_back_test(policy=get_object_or_404(Policy, pk=policy), by=request.user, now=timezone.now())
    except BackTestRefused as refused:
        messages.error(request, str(refused))
        return redirect("reports:back_tests")
    tasks.wake_up(asked.pk)
    return redirect("reports:back_test", asked.pk)


@require_POST
def cancel(request: UserRequest, pk: int) -> HttpResponse:
    if not _may_start(request):
        raise PermissionDenied
    cancel_back_test(back_test=_back_test(request, pk), now=timezone.now())
    return redirect("reports:back_test", pk)


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    back_test = _back_test(request, pk)
    context: dict[str, Any] = {"back_test": back_test, "may_start": _may_start(request)}
    if back_test.figures:
        found = shown.shown(back_test, user=request.user)
        context |= {"found": found, "chart_json": json.dumps(found.chart, ensure_ascii=False)}
    return render(request, "reports/back_tests/detail.html", context)


@require_safe
def as_json(request: UserRequest, pk: int) -> HttpResponse:
    """The same as ``manage.py report back-test --id PK --format json``."""
    return JsonResponse(told.as_json(_finished(request, pk)), json_dumps_params={"ensure_ascii": False})


@require_safe
def as_csv(request: UserRequest, pk: int) -> HttpResponseBase:
    return csv_response(name=f"back-test-{pk}", header=told.HEADER, rows=told.rows(_finished(request, pk)))


def _finished(request: UserRequest, pk: int) -> BackTest:
    """404 while it has no figures."""
    back_test = _back_test(request, pk)
    if not back_test.figures:
        raise Http404
    return back_test


@require_safe
def progress(request: UserRequest, pk: int) -> HttpResponse:
    """What the page asks for every second; once it is over, the page is loaded anew."""
    back_test = _back_test(request, pk)
    if not back_test.is_under_way:
        return HttpResponseClientRefresh()
    context = {"back_test": back_test, "may_start": _may_start(request)}
    return render(request, "reports/back_tests/progress.html", context)


@require_safe
def flips(request: UserRequest, pk: int, way: str) -> HttpResponse:
    back_test = _back_test(request, pk)
    table = FlipTable(shown.flips_of(back_test, gained=WAYS[way], user=request.user))
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    context = {"back_test": back_test, "way": way, "table": table, "most": MAX_FLIPS}
    return render(request, "reports/back_tests/flips.html", context)


@require_safe
def flips_csv(request: UserRequest, pk: int, way: str) -> HttpResponseBase:
    columns = {"lead": "lead_id", "first name": "lead__first_name", "last name": "lead__last_name"}
    columns |= {"company": "lead__company", "email": "lead__email", "first inquiry": "lead__first_inquiry_at"}
    columns |= {"won": "won"}
    rows = shown.flips_of(_back_test(request, pk), gained=WAYS[way], user=request.user).values_list(*columns.values())
    return csv_response(name=f"back-test-{pk}-{way}", header=columns, rows=rows.iterator(chunk_size=2000))
