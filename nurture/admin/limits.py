"""How much may be sent."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin

from nurture.models import SendingLimits


@admin.register(SendingLimits)
class SendingLimitsAdmin(ModelAdmin):
    fieldsets = (
        (
            None,
            {
                "fields": ("person_week", ("mailbox_hour", "mailbox_day"), "domain_hour"),
                "description": "An empty limit is none. What is over a limit goes out later; nothing is dropped.",
            },
        ),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """There is one row: at once to its form."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return redirect("admin:nurture_sendinglimits_change", object_id=SendingLimits.current().pk)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return not SendingLimits.objects.exists() and super().has_add_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: SendingLimits | None = None) -> bool:
        return False
