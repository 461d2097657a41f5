"""Reasons to disqualify or recycle: retired, never deleted, because the history names them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import Count, Max, QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from leads.models import Reason


@admin.register(Reason)
class ReasonAdmin(ModelAdmin):
    list_display = ("name", "purpose", "show_active", "used", "last_used")
    list_filter = ("purpose", "active")
    search_fields = ("name",)
    actions = ["retire", "offer_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reason]:
        return super().get_queryset(request).annotate(times=Count("stage_changes"), newest=Max("stage_changes__at"))

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What was given as a reason for one thing is none for the other."""
        return ("purpose", "used", "last_used") if obj and obj.times else ("used", "last_used") if obj else ()

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name", "purpose", "active", *(("used", "last_used") if obj else ()))

    @display(description="Offered", ordering="active", label={"Offered": "success", "Retired": "info"})
    def show_active(self, obj: Reason) -> str:
        return "Offered" if obj.active else "Retired"

    @display(description="Given", ordering="times")
    def used(self, obj: Any) -> str:
        return f"{obj.times} time{'' if obj.times == 1 else 's'}"

    @display(description="Last given", ordering="newest")
    def last_used(self, obj: Any) -> Any:
        return obj.newest

    @action(description="Retire: no longer offer", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[Reason]) -> None:
        for reason in queryset.filter(active=True):
            others = Reason.objects.filter(purpose=reason.purpose, active=True).exclude(pk=reason.pk)
            if not others.exists():
                messages.error(
                    request, f"“{reason}” is the last one to {reason.get_purpose_display().lower()}: keep it."
                )
                continue
            Reason.objects.filter(pk=reason.pk).update(active=False)
            messages.success(request, f"“{reason}” is no longer offered. Where it was given, it stays.")

    @action(description="Offer again", permissions=["change"])
    def offer_again(self, request: HttpRequest, queryset: QuerySet[Reason]) -> None:
        count = queryset.update(active=True)
        messages.success(request, f"{count} reason{'' if count == 1 else 's'} offered.")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
