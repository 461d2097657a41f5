"""Activities, logged on the page of the record they are about, and corrected on any timeline that shows them."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from activities.forms import ActivityForm, EditActivityForm
from activities.models import ABOUT, Activity, ActivityKind
from activities.pages import page_of
from activities.services import add_task, complete_task, edit_activity, log_activity, may_change
from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.records import back_to_record, report_conflict
from crm.web.versions import StaleRecord


@require_POST
def add(request: UserRequest, kind: str, pk: int) -> HttpResponse:
    if kind not in ABOUT:
        raise Http404
    model = ABOUT[kind]
    record = get_object_or_404(model._default_manager.visible_to(request.user), pk=pk)  # type: ignore[attr-defined]
    if not request.user.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}", record):
        raise PermissionDenied
    form = ActivityForm(request.POST)
    if not form.is_valid():
        context = {"form": form, "action": request.path, "kind": kind, "record": record, "back": page_of(record)}
        name = "activities/form.html" if request.htmx else "activities/page.html"  # type: ignore[attr-defined]
        return render(request, name, {"section": context, **context}, status=422)
    _keep(request, record, form.cleaned_data)
    return back_to_record(request, page_of(record))


def _keep(request: UserRequest, record: Any, given: dict[str, Any]) -> Activity:
    by, now = request.user, timezone.now()
    if given["kind"] == ActivityKind.TASK:
        days = {"due_on": given["due_on"], "remind_on": given["remind_on"]}
        return add_task(about=record, body=given["body"], by=by, now=now, owner=by, **days)
    return log_activity(
        about=record, kind=given["kind"], body=given["body"], by=by, now=now, at=given["at"], minutes=given["minutes"]
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """A form that came too late keeps what was typed, and says what changed."""
    activity = _own(request, pk)
    form = EditActivityForm(request.POST or None, instance=activity, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            version, fields = form.cleaned_data["version"], form.fields_to_write()
            edit_activity(activity=Activity.objects.get(pk=pk), version=version, fields=fields, by=request.user)
        except StaleRecord as stale:
            form.tell_stale(stale.current)
        else:
            return back_to_record(request, _came_from(request, activity))
    changed = [f"{label}: “{before}” is now “{after}”." for label, before, after in form.changed_meanwhile]
    title = f"Edit {activity.get_kind_display().lower()}"
    return dialog(request, form=form, title=title, submit="Save", text=" ".join(changed))


@require_POST
def done(request: UserRequest, pk: int) -> HttpResponse:
    """``done`` is yes or no; ``?version=`` the one the person saw."""
    activity = _own(request, pk)
    version = request.GET.get("version", "")
    seen = int(version) if version.isdecimal() and len(version) < 10 else activity.version
    back = _came_from(request, activity)
    try:
        finished = request.POST.get("done") != "no"
        complete_task(activity=activity, version=seen, done=finished, by=request.user, now=timezone.now())
    except StaleRecord as error:
        return report_conflict(request, back, error)
    return back_to_record(request, back)


def _own(request: UserRequest, pk: int) -> Activity:
    found = Activity.objects.visible_to(request.user).select_related("by", "owner", *ABOUT)
    activity = get_object_or_404(found, pk=pk)
    if not may_change(activity, request.user):
        raise PermissionDenied
    return activity


def _came_from(request: UserRequest, activity: Activity) -> str:
    """The page whose timeline shows it, else that of its record."""
    if request.POST.get("from") == "today":
        return reverse("web:today")
    current = request.htmx.current_url_abs_path if request.htmx else None  # type: ignore[attr-defined]
    return current or page_of(activity.about)
