"""One verb for many leads: each is done by its own service call, and what could not be done is said."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from crm.people.requests import UserRequest
from crm.web.safe_return import way_back
from leads.forms.bulk import ASSIGN, CONVERT, BulkForm
from leads.models import Lead
from leads.services.bulk_conversion import convert_ready_leads
from leads.services.lifecycle import LifecycleError, disqualify_lead
from leads.services.routing import assign_lead

MAX_LEADS = 500


@require_POST
def bulk(request: UserRequest) -> HttpResponse:
    if not request.user.has_perm("leads.change_lead"):
        raise PermissionDenied
    leads = _chosen(request)
    form = BulkForm(request.POST, user=request.user)
    if not leads:
        messages.warning(request, "Choose leads first: tick the boxes in front of them.")
    elif not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(map(str, errors)))
    elif form.cleaned_data["action"] == CONVERT:
        return _convert(request, leads)
    else:
        _report(request, len(leads), _do(leads, form, request))
    return redirect(_back(request))


def _convert(request: UserRequest, leads: list[Lead]) -> HttpResponse:
    """The answer says for each lead what it became, or why not."""
    if not request.user.has_perm("leads.convert_lead"):
        raise PermissionDenied
    outcomes = list(convert_ready_leads(leads=leads, by=request.user, now=timezone.now()))
    done = [outcome for outcome in outcomes if outcome.conversion]
    context = {"done": done, "refused": [outcome for outcome in outcomes if outcome.problem], "back": _back(request)}
    return render(request, "leads/bulk_converted.html", context)


def _chosen(request: UserRequest) -> list[Lead]:
    """404 where one of them is not the user's to see."""
    ids = {value for value in request.POST.getlist("leads") if value.isdecimal() and len(value) < 18}
    leads = list(Lead.objects.live().visible_to(request.user).filter(pk__in=ids)[:MAX_LEADS])
    if len(leads) != len(set(request.POST.getlist("leads"))):
        raise Http404
    return leads


def _do(leads: list[Lead], form: BulkForm, request: UserRequest) -> list[str]:
    """What went wrong."""
    problems = []
    for lead in leads:
        try:
            if form.cleaned_data["action"] == ASSIGN:
                assign_lead(lead=lead, to=form.cleaned_data["to"], by=request.user, now=timezone.now())
            else:
                reason = form.cleaned_data["reason"]
                disqualify_lead(lead=lead, reason=reason, by=request.user, now=timezone.now())
        except LifecycleError as error:
            problems.append(f"{lead}: {error}")
    return problems


def _report(request: UserRequest, count: int, problems: list[str]) -> None:
    done = count - len(problems)
    if done:
        messages.success(request, f"Done for {done} lead{'' if done == 1 else 's'}.")
    if problems:
        more = f" And {len(problems) - 3} more." if len(problems) > 3 else ""
        messages.error(request, " ".join(problems[:3]) + more)


def _back(request: UserRequest) -> str:
    return way_back(request, reverse("leads:list"))
