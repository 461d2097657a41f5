"""The call queue, and the workspace in which a rep calls. After saving the next call is there."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from crm.people.requests import UserRequest
from crm.web.holding import holding
from leads.models import Lead
from leads.queries import qualification_panel
from leads.services.qualification import AnswersRefused
from nurture.call_queue import next_call
from nurture.callsheet import call_sheet
from nurture.forms import CallForm
from nurture.models import CallAttempt, CallChange, CallTask, Suppression, SuppressionKind
from nurture.services.calls import record_call
from nurture.services.open_calls import CallRefused
from nurture.tables import CallTable
from nurture.times import in_words


@require_safe
@holding()
def queue(request: UserRequest) -> HttpResponse:
    """Due now, or with ``?later=1`` all that are open."""
    tasks, later = CallTask.objects.visible_to(request.user).open(), bool(request.GET.get("later"))
    now = timezone.now()
    shown = (tasks if later else tasks.due(now)).most_valuable_first(now)
    table = CallTable(shown.select_related("lead", "assignee", "dialed_by").annotate(tried=Count("attempts")), now=now)
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    upcoming = 0 if later else tasks.filter(due_at__gt=now).count()
    return render(request, "nurture/calls.html", {"table": table, "later": later, "upcoming": upcoming})


@require_http_methods(["GET", "HEAD", "POST"])
@holding(keep=True)
def call(request: UserRequest, pk: int) -> HttpResponse:
    task = callable_task(request, pk)
    panel = qualification_panel(task.lead, now=timezone.now())
    questions = [(question, False) for question in panel.ask_next] if panel else []
    form = CallForm(request.POST if request.method == "POST" else None, questions=questions, task=task)
    if form.is_valid() and (done := _record(request, task, form)):
        return done
    context = call_sheet(task, user=request.user, now=timezone.now()) | {"form": form}
    return render(request, "nurture/call.html", context, status=422 if form.errors else 200)


def callable_task(request: UserRequest, pk: int) -> CallTask:
    """One of the user's that they may call, whether they see its lead (the one it was merged into, if it was), and what
    there is to read of the call."""
    seen = Lead.objects.visible_to(request.user).filter(pk=OuterRef("lead"))
    suppressed = Suppression.objects.filter(kind=SuppressionKind.PHONE, key=OuterRef("lead__phone"))
    tasks = CallTask.objects.visible_to(request.user).annotate(
        sees_lead=Exists(seen),
        suppressed=Exists(suppressed),
        was_tried=Exists(CallAttempt.objects.filter(task=OuterRef("pk"))),
        was_moved=Exists(CallChange.objects.filter(task=OuterRef("pk"))),
    )
    with_it = ("lead", "assignee", "dialed_by", "touch__enrollment__sequence")
    task: Any = get_object_or_404(tasks.select_related(*with_it), pk=pk)
    if not request.user.has_perm("nurture.make_call"):
        raise PermissionDenied
    while task.lead.merged_into:
        task.lead, task.suppressed = task.lead.merged_into, None
    return task


def _record(request: UserRequest, task: CallTask, form: CallForm) -> HttpResponse | None:
    now = timezone.now()
    try:
        task = record_call(task=task, by=request.user, now=now, **form.call)
    except AnswersRefused as refused:
        form.add_refusals(refused.errors)
        return None
    except CallRefused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, f"Saved: {task.lead}.{_again(task)}")
    following = next_call(request.user, now=now, after=task)
    return redirect("nurture:call", pk=following.pk) if following else redirect("nurture:calls")


def _again(task: CallTask) -> str:
    return f" To be called again {in_words(task.due_at, there=task.lead.zone)}." if task.is_open else ""
