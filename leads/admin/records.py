"""What services recorded: to look at, never to change."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from crm.people.requests import user_of
from crm.web.admin import ReadOnlyAdmin
from leads.admin.payloads import shown_payload
from leads.answers import display as shown
from leads.models import Answer, Conversion, Decision, Inquiry, Lead


class OfVisibleLeads(ReadOnlyAdmin):
    """Rows that belong to a lead are seen by whoever sees the lead."""

    list_select_related: tuple[str, ...] = ("lead",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).filter(lead__in=Lead.objects.visible_to(user_of(request)))


@admin.register(Inquiry)
class InquiryAdmin(OfVisibleLeads):
    list_display = ("received_at", "lead", "channel", "form", "source", "campaign")
    list_filter = ("channel", "form", "source", "campaign")
    list_select_related = ("lead", "form", "source", "campaign")
    search_fields = ("lead__email", "lead__company", "external_id")
    date_hierarchy = "received_at"
    exclude = ("payload",)
    readonly_fields = ("submitted",)

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        inquiry: Any = super().get_object(request, object_id, from_field)
        if inquiry is not None:
            inquiry.looked_at_by = user_of(request)
        return inquiry

    @display(description="Submitted")
    def submitted(self, obj: Any) -> str:
        return shown_payload(obj, obj.looked_at_by)


@admin.register(Answer)
class AnswerAdmin(OfVisibleLeads):
    """The history of answers: the newest counts, none is ever changed."""

    list_display = ("answered_at", "lead", "question", "said", "provenance", "by")
    list_filter = ("provenance", "question", "by")
    list_select_related = ("lead", "question", "by")
    search_fields = ("lead__email", "lead__company", "question__key")
    date_hierarchy = "answered_at"
    fields = ("lead", "question", "said", "value", "provenance", "answered_at", "by", "inquiry")
    readonly_fields = ("said",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).prefetch_related("question__choices")

    @display(description="Answer")
    def said(self, obj: Answer) -> str:
        return shown(obj.question, obj.value)


@admin.register(Decision)
class DecisionAdmin(OfVisibleLeads):
    list_display = ("decided_at", "lead", "policy", "qualified", "score")
    list_filter = ("qualified", "policy")
    list_select_related = ("lead", "policy")
    search_fields = ("lead__email", "lead__company")
    date_hierarchy = "decided_at"


@admin.register(Conversion)
class ConversionAdmin(OfVisibleLeads):
    list_display = ("converted_at", "lead", "account", "contact", "opportunity", "policy_met", "by")
    list_filter = ("policy_met", "matched_account", "by")
    list_select_related = ("lead", "account", "contact", "opportunity", "by")
    search_fields = ("lead__email", "account__name")
    date_hierarchy = "converted_at"
