from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from crm.people.emails import InvalidEmail
from crm.people.phones import InvalidPhone
from crm.people.requests import user_of
from crm.web.admin import dialog, to_page
from nurture.models import Suppression, SuppressionReason
from nurture.services.suppression import suppress
from nurture.services.suppression_list import ListRefused, normalised, suppress_list


class SuppressionForm(forms.ModelForm):
    class Meta:
        model = Suppression
        fields = ("kind", "key", "note")
        labels = {"key": "Address or number"}

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if not data or not data.get("key") or not data.get("kind"):
            return data
        try:
            data["key"] = normalised(data["kind"], data["key"])
        except (InvalidEmail, InvalidPhone) as error:
            self.add_error("key", str(error))
        return data


class ListForm(BaseDialogForm):
    text = forms.CharField(
        label="Addresses and numbers",
        widget=UnfoldAdminTextareaWidget,
        help_text="One a line, or a CSV's first column.",
    )
    note = forms.CharField(
        required=False, max_length=300, widget=UnfoldAdminTextInputWidget, help_text="Where the list comes from."
    )


@admin.register(Suppression)
class SuppressionAdmin(ModelAdmin):
    """Added by hand or by people who opt out; nothing here takes one back."""

    form = SuppressionForm
    list_display = ("key", "kind", "reason", "created_at", "note")
    list_filter = ("kind", "reason")
    search_fields = ("key",)
    date_hierarchy = "created_at"
    actions_list = ["bring_list"]

    @action(
        description="Import a list",
        url_path="import",
        icon="upload",
        permissions=["bring_list"],
        dialog=dialog("Import a list", "Nobody on it is written to or called again.", "Import", ListForm),
    )
    def bring_list(self, request: HttpRequest, form: ListForm) -> HttpResponse:
        try:
            data = form.cleaned_data
            added, known = suppress_list(text=data["text"], note=data["note"], by=user_of(request), now=timezone.now())
            messages.success(request, f"{added:,} added, {known:,} were there before.")
        except ListRefused as refused:
            messages.error(request, str(refused))
        return to_page(reverse("admin:nurture_suppression_changelist"))

    def has_bring_list_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Suppression, form: Any, change: bool) -> None:
        made = suppress(
            kind=obj.kind,
            key=obj.key,
            reason=SuppressionReason.MANUAL,
            note=obj.note,
            by=user_of(request),
            now=timezone.now(),
        )
        obj.pk = made.pk

    def has_change_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Suppression | None = None) -> bool:
        return False
