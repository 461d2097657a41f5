"""One step: its texts and their variants."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from crm.web.admin import StackedPartInline
from nurture.admin.step_forms import FIELDS, TAG_HELP, StepForm, StepFormSet
from nurture.mail.templates import TemplateRefused, check_line, check_template
from nurture.models import SequenceStatus, Step, StepKind, Variant


class StepInline(StackedPartInline):
    model = Step
    form = StepForm
    formset = StepFormSet
    ordering_field = "position"
    hide_ordering_field = True
    fields = (
        ("kind", "name"),
        "wait_for",
        "wait_days",
        "wait_weekday",
        "wait_time",
        "looks_at",
        ("operator", "typed"),
        "goes_to",
        "subject",
        "body",
        "question",
        "continues_thread",
        "script",
        "max_attempts",
        "position",
    )

    class Media:
        css = {"all": ["dist/admin_steps.css"]}


class TextForm(forms.ModelForm):
    """The texts are checked as the step's own are."""

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        for name, check in (("subject", check_line), ("body", check_template)):
            try:
                check(data.get(name) or "")
            except TemplateRefused as refused:
                self.add_error(name, str(refused))
        return data


class VariantForm(TextForm):
    class Meta:
        model = Variant
        fields = ("key", "weight", "subject", "body")
        help_texts = {"body": TAG_HELP}


class VariantInline(StackedPartInline):
    model = Variant
    form = VariantForm
    fields = (("key", "weight"), "subject", "body")
    verbose_name_plural = "variants: each lead is drawn into one text, at random, and keeps it"


class StepTextForm(TextForm):
    class Meta:
        model = Step
        fields = ("weight", "subject", "body", "question", "continues_thread", "script", "max_attempts")
        labels = {"question": "Asks", "max_attempts": "Tries"}
        help_texts = {"body": TAG_HELP, "script": TAG_HELP, "weight": "Share of this text among the variants."}


@admin.register(Step)
class StepAdmin(ModelAdmin):
    """Reached from its sequence, of which it is a part: who may change that may change it."""

    form = StepTextForm
    list_display = ("sequence", "position", "kind")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        own = list(FIELDS[obj.kind]) if obj else []
        kept = [name for name in own if name in StepTextForm.Meta.fields]
        return ["weight", *kept] if obj and obj.kind == StepKind.EMAIL else kept

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> list[type[StackedPartInline]]:
        return [VariantInline] if obj and obj.kind == StepKind.EMAIL else []

    def has_module_permission(self, request: HttpRequest) -> bool:
        return False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        draft = obj is None or obj.sequence.status == SequenceStatus.DRAFT
        return draft and super().has_change_permission(request, obj)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Its sequence is locked while it is saved, so that nobody publishes it in between."""
        step = super().get_object(request, object_id, from_field)
        if step is not None and request.method == "POST":
            step.sequence = type(step.sequence).objects.select_for_update().get(pk=step.sequence_id)
        return step

    def response_post_save_change(self, request: HttpRequest, obj: Step) -> HttpResponse:
        return redirect("admin:nurture_sequence_change", obj.sequence_id)
