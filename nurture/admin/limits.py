"""How much may be sent."""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from nurture.models import SendingLimits


@admin.register(SendingLimits)
class SendingLimitsAdmin(ModelAdmin):
    list_display = ("__str__", "person_week", "mailbox_hour", "mailbox_day", "domain_hour")
    fields = ("person_week", ("mailbox_hour", "mailbox_day"), "domain_hour")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not SendingLimits.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: SendingLimits | None = None) -> bool:
        return False
