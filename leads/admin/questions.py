from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from crm.web.admin import PartInline
from leads.models import Choice, Question


class ChoiceInline(PartInline):
    model = Choice
    ordering_field = "position"
    fields = ("label", "value", "amount", "days", "buying_role", "position")


@admin.register(Question)
class QuestionAdmin(ModelAdmin):
    list_display = ("text", "key", "kind", "dimension", "active", "position")
    list_filter = ("dimension", "kind", "active")
    search_fields = ("text", "key")
    inlines = [ChoiceInline]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The key stays; the kind stays once somebody answered, because stored answers have its shape."""
        if obj is None:
            return ()
        return ("key", "kind") if obj.answers.exists() else ("key",)
