from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from crm.web.admin import FrozenOnceInForce, StackedPartInline, dialog, to_page
from crm.web.weekdays import WEEKDAYS
from nurture.mail.tags import MERGE_TAGS
from nurture.mail.templates import TemplateRefused, check_line, check_template
from nurture.models import Sequence, SequenceStatus, Step, StepKind
from nurture.services.sequences import (
    PublishRefused,
    new_version,
    pause_sequence,
    publish_sequence,
    resume_sequence,
)

CHECKS = {"subject": check_line, "body": check_template, "script": check_template}
TAG_HELP = "Merge tags: " + ", ".join(f"{{{{ {tag} }}}}" for tag in MERGE_TAGS)

NEEDED: dict[str, tuple[str, ...]] = {StepKind.EMAIL: ("subject", "body"), StepKind.WAIT: ("wait_days",)}

Move = Callable[..., Sequence]


class SequenceForm(forms.ModelForm):
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int,
        choices=WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text="Nobody is written to on other days.",
    )

    class Meta:
        model = Sequence
        fields = "__all__"  # noqa: DJ007 - the admin chooses
        help_texts = {"sender": "A name and an address: Ada King &lt;ada@example.com&gt;. Empty: the default sender."}


class StepForm(forms.ModelForm):
    class Meta:
        model = Step
        fields = ("position", "kind", "wait_days", "subject", "body", "question", "script", "max_attempts")
        help_texts = {
            "body": TAG_HELP,
            "script": TAG_HELP,
            "question": "Asked in the mail by one link for each choice.",
        }

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        self._check_texts(data)
        kind = str(data.get("kind", ""))
        for name in NEEDED.get(kind, ()):
            if not data.get(name) and name not in self.errors:
                self.add_error(name, f"A step of the kind “{StepKind(kind).label}” needs this.")
        return data

    def _check_texts(self, data: dict[str, Any]) -> None:
        for name, check in CHECKS.items():
            try:
                check(data.get(name) or "")
            except TemplateRefused as refused:
                self.add_error(name, str(refused))


class StepInline(StackedPartInline):
    model = Step
    form = StepForm
    ordering_field = "position"
    hide_ordering_field = True
    fields = (("kind", "wait_days", "max_attempts"), "subject", "body", "question", "script", "position")


@admin.register(Sequence)
class SequenceAdmin(FrozenOnceInForce, ModelAdmin):
    """A published version is read-only: running enrollments go on with the steps they started with."""

    form = SequenceForm
    list_display = ("name", "key", "version", "show_status", "priority", "enroll_within_days")
    list_filter = ("status", "key")
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    readonly_fields = ("version", "status", "open_days")
    inlines = [StepInline]
    actions_detail = ["publish", "pause", "resume", "copy"]

    @display(
        description="Status",
        ordering="status",
        label={"Published": "success", "Draft": "warning", "Paused": "danger", "Retired": "info"},
    )
    def show_status(self, obj: Sequence) -> str:
        return obj.get_status_display()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Days by their names where they are only read."""
        fields = [str(name) for name in super().get_fields(request, obj) if name != "open_days"]
        read_only = obj is not None and not self.has_change_permission(request, obj)
        return ["open_days" if name == "weekdays" and read_only else name for name in fields]

    @display(description="Weekdays")
    def open_days(self, obj: Sequence) -> str:
        return ", ".join(dict(WEEKDAYS)[day] for day in obj.weekdays)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        """Only while the fields can be edited."""
        return {} if obj else super().get_prepopulated_fields(request, obj)

    @action(
        description="Publish",
        url_path="publish",
        icon="publish",
        variant=ActionVariant.PRIMARY,
        permissions=["publish"],
        dialog=dialog("Publish this version?", "It enrolls leads from now on and can no longer be changed.", "Publish"),
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

    def has_publish_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may_move(request, object_id, SequenceStatus.DRAFT)

    def has_pause_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may_move(request, object_id, SequenceStatus.PUBLISHED)

    def has_resume_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self._may_move(request, object_id, SequenceStatus.PAUSED)

    def has_copy_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self.has_add_permission(request)

    def _may_move(self, request: HttpRequest, object_id: str, status: str) -> bool:
        return request.user.has_perm("nurture.change_sequence") and self.has_status(request, object_id, status)

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
