"""The builder of sequences: whom they enroll, when they write, their steps; versions and what becomes of them."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from crm.web.admin import FrozenOnceInForce, dialog, to_page
from crm.web.holding import held, holding
from crm.web.weekdays import WEEKDAYS, working_week
from nurture.admin import sequence_pages
from nurture.admin.conditions import EnrollmentConditionInline
from nurture.admin.dry_run import DryRunPages
from nurture.admin.figures import FiguresPage
from nurture.admin.mails import MailsPage, SenderForm
from nurture.admin.sequence_pages import LEAVE, PublishForm, RetireForm
from nurture.admin.steps import StepInline
from nurture.checks import problems_of
from nurture.models import Enrollment, Sequence, SequenceStatus, Step
from nurture.services.sequences import (
    PublishRefused,
    new_version,
    pause_sequence,
    publish_sequence,
    resume_sequence,
    retire_sequence,
    stop_sequence,
)
from nurture.values import in_words

Move = Callable[..., Any]
DEFAULTS = {
    field.name: field.get_default()
    for field in Sequence._meta.concrete_fields
    if field.name in ("max_times", "max_rounds", "holdout_percent")
}
LIVE = (SequenceStatus.PUBLISHED, SequenceStatus.PAUSED)


class SequenceForm(SenderForm):
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        choices=WEEKDAYS,
        initial=working_week,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody is written to on other days.",
    )

    class Meta:
        model = Sequence
        fields = "__all__"
        labels = {
            "priority": "Priority",
            "enroll_within_days": "Asked within the last … days",
            "enroll_again_after_days": "Enroll again after … days",
            "max_times": "At most … times",
            "holdout_percent": "Hold-out, percent",
            "max_rounds": "Rounds",
        }
        help_texts = {"sender": "A name and an address: Ada King &lt;ada@example.com&gt;. Empty: the default sender."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What is left out keeps its default."""
        super().__init__(*args, **kwargs)
        for name in set(DEFAULTS) & set(self.fields):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        for name in DEFAULTS:
            if data.get(name) is None and name not in self.errors:
                data[name] = DEFAULTS[name]
        return data


@admin.register(Sequence)
class SequenceAdmin(DryRunPages, FiguresPage, FrozenOnceInForce, MailsPage):
    """A published version is read-only: running enrollments go on with the steps they started with."""

    form = SequenceForm
    list_display = ("name", "key", "version", "show_status", "show_conditions", "priority", "show_running")
    list_filter = ("status", "key")
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    actions_detail = [
        "see_mails",
        "publish",
        "try_out",
        "show_figures",
        "pause",
        "resume",
        "copy",
        "move_leads",
        "retire",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Sequence]:
        found = super().get_queryset(request)
        if not request.resolver_match or request.resolver_match.url_name != "nurture_sequence_changelist":
            return found
        running = Enrollment.objects.active().filter(sequence=OuterRef("pk")).order_by().values("sequence")
        counted = Subquery(running.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
        return found.prefetch_related("conditions").annotate(running=Coalesce(counted, 0))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        read_only = obj is not None and not self.has_change_permission(request, obj)
        days = "open_days" if read_only else "weekdays"
        whom = (
            ("enroll_within_days", "priority"), ("enroll_again_after_days", "max_times"), "holdout_percent",
        )  # fmt: skip
        first = ("name", "key", *((("version", "status"),) if obj else ()))
        words = [("The steps in words", {"fields": ("summary",)})] if obj else []
        shown = ("show_conditions", *whom) if read_only else whom
        return [
            (None, {"fields": first}),
            *words,
            ("Whom it enrolls", {"fields": shown}),
            ("When", {"fields": (("window_start", "window_end"), days, "max_rounds")}),
            ("Its e-mails", {"fields": ("sender", "from_owner", "track_clicks", "topic")}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("version", "status", "open_days", "summary", "show_conditions")

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is in force is read in words."""
        draft = obj is None or obj.status == SequenceStatus.DRAFT
        return [EnrollmentConditionInline, StepInline] if draft else []

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Only while the fields can be edited."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    @holding()
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Rendered at once: each step's form asks for the same questions."""
        response = super().changeform_view(request, *args, **kwargs)
        return response.render() if isinstance(response, TemplateResponse) else response

    def has_status(self, request: HttpRequest, object_id: str, status: str) -> bool:
        """Asked by every action of the page."""
        return str(object_id).isdecimal() and _status_of(int(object_id)) == status

    @display(
        description="Status",
        ordering="status",
        label={"Published": "success", "Draft": "warning", "Paused": "danger", "Retired": "info"},
    )
    def show_status(self, obj: Sequence) -> str:
        return obj.get_status_display()

    @display(description="Leads in it")
    def show_running(self, obj: Any) -> int:
        return int(obj.running)

    @display(description="Enrolls")
    def show_conditions(self, obj: Sequence) -> str:
        return "; ".join(in_words(condition) for condition in obj.conditions.all()) or "every unqualified lead"

    @display(description="Weekdays")
    def open_days(self, obj: Sequence) -> str:
        return ", ".join(dict(WEEKDAYS)[day] for day in obj.weekdays)

    @display(description="Steps")
    def summary(self, obj: Sequence) -> str:
        return sequence_pages.summary(obj.pk)

    def response_change(self, request: HttpRequest, obj: Sequence) -> HttpResponse:
        """A draft may be saved unfinished; what is still missing is said in its summary."""
        if problems_of(obj):
            messages.warning(request, f"“{obj}” is saved, but cannot be published yet: see below.")
            return redirect("admin:nurture_sequence_change", obj.pk)
        return super().response_change(request, obj)

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:object_id>/move/", wrap(self._move_page), name="nurture_sequence_move"),
            path("step/<int:step_id>/stop/<slug:key>/", wrap(require_POST(self._stop)), name="nurture_step_stop"),
            *super().get_urls(),
        ]

    def _move_page(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_move_permission(request, str(object_id)):
            raise PermissionDenied
        into = get_object_or_404(Sequence, pk=object_id)
        return sequence_pages.move_page(request, into, self.admin_site.each_context(request))

    def _stop(self, request: HttpRequest, step_id: int, key: str) -> HttpResponse:
        if not self._may_set_up(request):
            raise PermissionDenied
        return sequence_pages.stop_text(request, get_object_or_404(Step, pk=step_id), key)

    @action(
        description="Publish",
        url_path="publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["publish"],
        dialog=dialog(
            "Publish this version?",
            "It enrolls leads from now on and can no longer be changed.",
            "Publish",
            PublishForm,
        ),
    )
    def publish(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._move(request, object_id, publish_sequence, "is published")

    @action(
        description="Pause",
        url_path="pause",
        icon="pause",
        permissions=["pause"],
        dialog=dialog("Pause this sequence?", "Nobody is enrolled and nothing is sent until you resume it.", "Pause"),
    )
    def pause(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._move(request, object_id, pause_sequence, "is paused")

    @action(
        description="Resume",
        url_path="resume",
        icon="play_arrow",
        variant=ActionVariant.PRIMARY,
        permissions=["resume"],
        dialog=dialog("Resume this sequence?", "What became due meanwhile is sent in the recipients' hours.", "Resume"),
    )
    def resume(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._move(request, object_id, resume_sequence, "goes on")

    @action(
        description="Retire",
        url_path="retire",
        icon="archive",
        permissions=["retire"],
        dialog=dialog("Retire this sequence?", "It enrolls nobody any more.", "Retire", RetireForm),
    )
    def retire(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        if form.cleaned_data["leads"] != LEAVE:
            return self._move(request, object_id, retire_sequence, "is retired")
        sequence = get_object_or_404(Sequence, pk=object_id)
        left = stop_sequence(sequence=sequence, now=timezone.now())
        messages.success(request, f"“{sequence.name}” is retired: {left} {'lead' if left == 1 else 'leads'} left it.")
        return self._page(sequence)

    @action(
        description="New version",
        url_path="new-version",
        icon="content_copy",
        permissions=["copy"],
        dialog=dialog(
            "Make a new version?", "A draft with the same steps, to be changed and published.", "Make a draft"
        ),
    )
    def copy(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        draft = new_version(sequence=get_object_or_404(Sequence, pk=object_id))
        messages.success(request, f"“{draft}” is a draft: change it, then publish it.")
        return self._page(draft)

    @action(description="Move leads here", url_path="move-leads", icon="move_down", permissions=["move"])
    def move_leads(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:nurture_sequence_move", object_id)

    def has_publish_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may_move(request, object_id, SequenceStatus.DRAFT)

    def has_pause_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may_move(request, object_id, SequenceStatus.PUBLISHED)

    has_move_permission = has_pause_permission

    def has_resume_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may_move(request, object_id, SequenceStatus.PAUSED)

    def has_retire_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return any(self._may_move(request, object_id, status) for status in LIVE)

    def has_copy_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self.has_add_permission(request)

    def _may_set_up(self, request: HttpRequest) -> bool:
        return request.user.has_perm("nurture.change_sequence")

    def _may_move(self, request: HttpRequest, object_id: str, status: str) -> bool:
        return self._may_set_up(request) and self.has_status(request, object_id, status)

    def _move(self, request: HttpRequest, object_id: str, service: Move, done: str) -> HttpResponse:
        sequence = get_object_or_404(Sequence, pk=object_id)
        try:
            service(sequence=sequence)
            messages.success(request, f"“{sequence}” {done}.")
        except PublishRefused as refused:
            messages.error(request, str(refused))
        return self._page(sequence)

    def _page(self, sequence: Sequence) -> HttpResponse:
        return to_page(reverse("admin:nurture_sequence_change", args=[sequence.pk]))


@held
def _status_of(pk: int) -> str | None:
    return Sequence.objects.filter(pk=pk).values_list("status", flat=True).first()
