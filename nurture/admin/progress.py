"""How nurture goes: enrollments, touches and calls, written by services and looked at here."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.decorators import display

from crm.people.requests import user_of
from crm.web.admin import ReadOnlyAdmin, ReadOnlyInline
from leads.models import Lead
from nurture.models import CallAttempt, CallChange, CallTask, Enrollment, Touch


class TouchInline(ReadOnlyInline):
    model = Touch
    fields = ("due_at", "kind", "step", "state", "sent_at", "skip_reason", "error")
    readonly_fields = fields


@admin.register(Enrollment)
class EnrollmentAdmin(ReadOnlyAdmin):
    list_display = ("lead", "sequence", "show_state", "exit_reason", "position", "due_at", "enrolled_at", "ended_at")
    list_filter = ("state", "exit_reason", "sequence")
    list_select_related = ("lead", "sequence")
    search_fields = ("lead__email", "lead__company", "lead__last_name")
    date_hierarchy = "enrolled_at"
    inlines = [TouchInline]

    @display(
        description="State", ordering="state", label={"Active": "info", "Finished": "success", "Exited": "warning"}
    )
    def show_state(self, obj: Enrollment) -> str:
        return obj.get_state_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Enrollment]:
        return super().get_queryset(request).filter(lead__in=Lead.objects.visible_to(user_of(request)))


class CallAttemptInline(ReadOnlyInline):
    model = CallAttempt
    fields = ("at", "by", "outcome", "duration", "note")


class CallChangeInline(ReadOnlyInline):
    model = CallChange
    fields = ("at", "by", "to", "until", "reason")


@admin.register(CallTask)
class CallTaskAdmin(ReadOnlyAdmin):
    list_display = ("lead", "assignee", "due_at", "promised_at", "state", "max_attempts")
    list_filter = ("state", "assignee")
    list_select_related = ("lead", "assignee")
    search_fields = ("lead__email", "lead__company", "lead__phone")
    date_hierarchy = "due_at"
    inlines = [CallAttemptInline, CallChangeInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CallTask]:
        return super().get_queryset(request).visible_to(user_of(request))
