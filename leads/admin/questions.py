from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from crm.web.admin import PartInline
from crm.web.slots import question_uses
from leads.admin import question_preview
from leads.admin.question_forms import ChoiceFormSet, ConditionForm, ConditionFormSet, QuestionForm, condition_texts
from leads.models import Choice, Question, QuestionCondition


class ChoiceInline(PartInline):
    model = Choice
    formset = ChoiceFormSet
    ordering_field = "position"
    fields = ("label", "value", "active", "amount", "days", "buying_role", "position")


class ConditionInline(PartInline):
    model = QuestionCondition
    form = ConditionForm
    formset = ConditionFormSet
    fk_name = "question"
    fields = ("on", "operator", "typed")
    verbose_name = "condition"
    verbose_name_plural = "conditions: asked only if all of them hold"


@admin.register(Question)
class QuestionAdmin(ModelAdmin):
    """Questions are never deleted: one that is no longer asked is retired, and its answers stay."""

    form = QuestionForm
    list_display = ("text", "key", "kind", "dimension", "asked_if", "show_forms", "active", "position")
    list_filter = ("active", "dimension", "kind", "forms")
    search_fields = ("text", "key")
    prepopulated_fields = {"key": ("text",)}
    inlines = [ChoiceInline, ConditionInline]
    actions = ["retire"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Question]:
        return super().get_queryset(request).prefetch_related("conditions__on__choices", "forms")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = ("text", "help_text", ("kind", "dimension"), ("key", "position"), "active")
        uses = [("Where it is used", {"fields": ("uses",)})] if obj else []
        return [(None, {"fields": asked}), ("As the prospect sees it", {"fields": ("preview",)}), *uses]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The key stays; the kind stays once somebody answered, because stored answers have its shape."""
        if obj is None:
            return ("preview",)
        return ("preview", "uses", "key", *(("kind",) if obj.answers.exists() else ()))

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        return {} if obj else {"key": ("text",)}

    def get_urls(self) -> list[URLPattern]:
        show = self.admin_site.admin_view(self._preview)
        return [path("preview/", show, name="leads_question_preview"), *super().get_urls()]

    def _preview(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return question_preview.preview(request)

    @display(description="Preview")
    def preview(self, obj: Question | None) -> str:
        kind = obj.kind if obj and obj.pk else ""
        return render_to_string("admin/leads/question_preview_frame.html", {"kind": kind})

    @display(description="Used by")
    def uses(self, obj: Question) -> str:
        return render_to_string("admin/leads/question_uses.html", {"uses": question_uses.collect(obj)})

    @display(description="Asked if")
    def asked_if(self, obj: Question) -> str:
        return "; ".join(condition_texts(obj)) or "always"

    @display(description="Forms")
    def show_forms(self, obj: Question) -> str:
        return ", ".join(form.name for form in obj.forms.all()) or "none"

    @action(description="Retire: no longer ask", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Question]) -> None:
        for question in queryset:
            form = QuestionForm({**_as_posted(question), "active": ""}, instance=question)
            if form.is_valid():
                form.save()
                messages.success(request, f"“{question}” is retired: nobody is asked any more, its answers stay.")
            else:
                messages.error(request, f"“{question}”: {_problem(form)}")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


def _problem(form: QuestionForm) -> str:
    return " ".join(str(message) for messages in form.errors.values() for message in messages)


def _as_posted(question: Question) -> dict[str, Any]:
    return {name: getattr(question, name) for name in QuestionForm.Meta.fields}
