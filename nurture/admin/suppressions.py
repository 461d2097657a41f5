from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from unfold.admin import ModelAdmin

from crm.people.emails import InvalidEmail, email_key, parse_email
from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone
from nurture.models import Suppression, SuppressionKind, SuppressionReason
from nurture.services.suppression import suppress


class SuppressionForm(forms.ModelForm):
    class Meta:
        model = Suppression
        fields = ("kind", "key")
        labels = {"key": "Address or number"}

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not data or not data.get("key") or not data.get("kind"):
            return data
        try:
            data["key"] = _normalised(data["kind"], data["key"])
        except (InvalidEmail, InvalidPhone) as error:
            self.add_error("key", str(error))
        return data


def _normalised(kind: str, value: str) -> str:
    if kind == SuppressionKind.PHONE:
        return parse_phone(value, country=Company.current().country)
    return email_key(parse_email(value))


@admin.register(Suppression)
class SuppressionAdmin(ModelAdmin):
    """Added by hand or by people who opt out; nothing here takes one back."""

    form = SuppressionForm
    list_display = ("key", "kind", "reason", "created_at")
    list_filter = ("kind", "reason")
    search_fields = ("key",)
    date_hierarchy = "created_at"

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        made = suppress(kind=obj.kind, key=obj.key, reason=SuppressionReason.MANUAL, now=timezone.now())
        obj.pk = made.pk

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False
