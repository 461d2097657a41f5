"""The call queue, and the workspace in which a rep calls. After saving the next call is there."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe
from django_tables2 import RequestConfig

from crm.people.requests import UserRequest
from leads.queries import qualification_panel
from leads.services.qualification import AnswersRefused
from nurture.callsheet import call_sheet
from nurture.forms import CallForm
from nurture.models import CallTask
from nurture.models.calls import CallTaskQuerySet
from nurture.services.calls import CallRefused, record_call
from nurture.tables import CallTable


@require_safe
def queue(request: UserRequest) -> HttpResponse:
    """Due now, or with ``?later=1`` all that are open."""
    tasks, later = _open_tasks(request), bool(request.GET.get("later"))
    now = timezone.now()
    shown = tasks if later else tasks.due(now)
    table = CallTable(
        shown.select_related("lead", "assignee").annotate(tried=Count("attempts")).order_by("due_at", "pk")
    )
    RequestConfig(request, paginate={"per_page": 50}).configure(table)
    upcoming = 0 if later else tasks.filter(due_at__gt=now).count()
    return render(request, "nurture/calls.html", {"table": table, "later": later, "upcoming": upcoming})


@require_http_methods(["GET", "HEAD", "POST"])
def call(request: UserRequest, pk: int) -> HttpResponse:
    tasks = CallTask.objects.visible_to(request.user).select_related("lead", "assignee", "touch__enrollment__sequence")
    task = get_object_or_404(tasks, pk=pk)
    if not request.user.has_perm("nurture.make_call", task):
        raise PermissionDenied
    panel = qualification_panel(task.lead, now=timezone.now())
    questions = [(question, False) for question in panel.ask_next] if panel else []
    form = CallForm(request.POST if request.method == "POST" else None, questions=questions)
    if form.is_valid() and (done := _record(request, task, form)):
        return done
    context = call_sheet(task, user=request.user, now=timezone.now()) | {"form": form}
    return render(request, "nurture/call.html", context, status=422 if form.errors else 200)


def _record(request: UserRequest, task: CallTask, form: CallForm) -> HttpResponse | None:
    try:
        record_call(task=task, by=request.user, now=timezone.now(), **form.call)
    except AnswersRefused as refused:
        form.add_refusals(refused.errors)
        return None
    except CallRefused as refused:
        form.add_error(None, str(refused))
        return None
    messages.success(request, f"Saved: {task.lead}.")
    following = _open_tasks(request).due(timezone.now()).exclude(pk=task.pk).first()
    return redirect("nurture:call", pk=following.pk) if following else redirect("nurture:calls")


def _open_tasks(request: UserRequest) -> CallTaskQuerySet:
    return CallTask.objects.visible_to(request.user).open()
