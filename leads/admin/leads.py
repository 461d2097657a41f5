from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.contrib.filters.admin import RangeDateTimeFilter
from unfold.decorators import display

from crm.people.models import User, validate_zone
from crm.people.person_form import ReachablePersonForm
from crm.people.requests import user_of
from crm.web.admin import ReadOnlyInline, VisibleAdmin
from leads.admin.payloads import shown_payload
from leads.answers import display as shown
from leads.models import Answer, Assignment, Decision, Inquiry, Lead, StageChange


class LeadForm(ReachablePersonForm):
    def clean_time_zone(self) -> str:
        if name := self.cleaned_data["time_zone"]:
            validate_zone(name)
        return name

    def others(self) -> Any:
        return Lead.objects.live()


class AnswerInline(ReadOnlyInline):
    model = Answer
    fields = ("answered_at", "question", "said", "provenance", "by")
    readonly_fields = ("said",)

    @display(description="Answer")
    def said(self, obj: Answer) -> str:
        return shown(obj.question, obj.value)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("question", "by").prefetch_related("question__choices")


class InquiryInline(ReadOnlyInline):
    model = Inquiry
    fields = ("received_at", "channel", "form", "source", "campaign", "submitted")
    readonly_fields = ("submitted",)
    user: User

    def get_queryset(self, request: HttpRequest) -> Any:
        self.user = user_of(request)  # an inline is made anew for each request
        return super().get_queryset(request)

    @display(description="Submitted")
    def submitted(self, obj: Inquiry) -> str:
        return shown_payload(obj, self.user)


class StageChangeInline(ReadOnlyInline):
    model = StageChange
    verbose_name_plural = "stage history"
    fields = ("at", "from_stage", "to_stage", "by", "reason", "note")


class DecisionInline(ReadOnlyInline):
    model = Decision
    fields = ("decided_at", "policy", "qualified", "score")


class AssignmentInline(ReadOnlyInline):
    model = Assignment
    fields = ("at", "to", "rule", "by", "note")


@admin.register(Lead)
class LeadAdmin(VisibleAdmin):
    """Who the lead is can be corrected here; stage, path and owner move through their services only."""

    form = LeadForm
    list_display = ("__str__", "company", "show_stage", "path", "score", "source", "owner", "last_inquiry_at")
    list_filter = (
        "stage",
        "path",
        "source",
        "campaign",
        "owner",
        "email_opt_out",
        ("first_inquiry_at", RangeDateTimeFilter),
    )
    list_select_related = ("source", "owner")
    search_fields = ("search_text",)
    inlines = [AnswerInline, InquiryInline, StageChangeInline, DecisionInline, AssignmentInline]
    fieldsets = (
        ("Person", {"fields": (("first_name", "last_name"), ("company", "job_title"), ("email", "phone"))}),
        ("Place", {"fields": (("postcode", "city"), ("region", "country"), "time_zone")}),
        ("Company", {"fields": ("website", ("industry", "employees"))}),
        ("Origin", {"fields": (("source", "campaign"), ("first_inquiry_at", "last_inquiry_at"))}),
        (
            "Qualification",
            {"fields": (("stage", "stage_changed_at"), ("path", "reached_sales_at"), ("score", "owner", "team"))},
        ),
        ("Contact", {"fields": (("touched_at", "engaged_at"), ("email_opt_out", "do_not_call"), "merged_into")}),
    )
    readonly_fields = (
        "source",
        "campaign",
        "first_inquiry_at",
        "last_inquiry_at",
        "stage",
        "stage_changed_at",
        "path",
        "reached_sales_at",
        "score",
        "owner",
        "team",
        "touched_at",
        "engaged_at",
        "email_opt_out",
        "do_not_call",
        "merged_into",
    )

    @display(
        description="Stage",
        ordering="stage",
        label={
            "Marketing-qualified": "warning",
            "Sales-accepted": "info",
            "Sales-qualified": "info",
            "Converted": "success",
            "Disqualified": "danger",
        },
    )
    def show_stage(self, obj: Lead) -> str:
        return obj.get_stage_display()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Leads come in by inquiries."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("leads.edit_lead_in_admin")
