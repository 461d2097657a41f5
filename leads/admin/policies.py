from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextareaWidget

from crm.people.requests import user_of
from crm.web.admin import FrozenOnceInForce, StackedPartInline, dialog, to_page
from leads.models import Criterion, Operator, Policy, PolicyStatus
from leads.services.policies import PolicyRefused, activate_policy, new_version, next_version


class CriterionForm(forms.ModelForm):
    class Meta:
        model = Criterion
        fields = ("position", "label", "question", "field", "operator", "value", "points", "must_have")
        widgets = {"value": UnfoldAdminTextareaWidget(attrs={"rows": 2})}
        help_texts = {
            "value": 'For "is one of": ["now", "quarter"]. For "is at least": 5000. For "is known": leave [].'
        }

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if data and bool(data.get("question")) == bool(data.get("field")):
            raise ValidationError("Choose a question or a field, not both.")
        if data and data.get("operator") in (Operator.IN, Operator.NOT_IN) and not _is_list(data.get("value")):
            self.add_error("value", 'Enter a list. Example: ["now", "quarter"].')
        if data and data.get("operator") in (Operator.AT_LEAST, Operator.AT_MOST) and not _is_bound(data.get("value")):
            self.add_error("value", 'Enter one number or date. Example: 5000, or "2026-12-31".')
        return data


def _is_list(value: Any) -> bool:
    return isinstance(value, list) and value != [] and all(isinstance(item, str | int | bool) for item in value)


def _is_bound(value: Any) -> bool:
    return isinstance(value, int | float | str) and not isinstance(value, bool) and value != ""


class CriterionInline(StackedPartInline):
    model = Criterion
    form = CriterionForm
    ordering_field = "position"
    hide_ordering_field = True
    fields = (("label", "points", "must_have"), ("question", "field"), ("operator", "value"), "position")


@admin.register(Policy)
class PolicyAdmin(FrozenOnceInForce, ModelAdmin):
    """A policy in force is read-only: "New version" copies it into a draft, "Activate" puts a draft into force."""

    list_display = ("name", "purpose", "version", "threshold", "show_status", "activated_at")
    list_filter = ("purpose", "status")
    readonly_fields = ("version", "status", "activated_at")
    inlines = [CriterionInline]
    actions_detail = ["activate", "copy"]

    @display(
        description="Status",
        ordering="status",
        label={"Active": "success", "Draft": "warning", "Retired": "info"},
    )
    def show_status(self, obj: Policy) -> str:
        return obj.get_status_display()

    @action(
        description="Activate",
        url_path="activate",
        icon="check_circle",
        variant=ActionVariant.PRIMARY,
        permissions=["activate"],
        dialog=dialog(
            "Put this policy into force?",
            "It decides about every inquiry and answer from now on, retires the version before it, and can no longer "
            "be changed.",
            "Activate",
        ),
    )
    def activate(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        policy = self._policy(object_id)
        try:
            activate_policy(policy=policy, by=user_of(request), now=timezone.now())
            messages.success(request, f"“{policy}” is in force.")
        except PolicyRefused as refused:
            messages.error(request, str(refused))
        return self._page(policy)

    @action(
        description="New version",
        url_path="new-version",
        icon="content_copy",
        permissions=["copy"],
        dialog=dialog(
            "Make a new version?", "A draft with the same criteria, to be changed and then activated.", "Make a draft"
        ),
    )
    def copy(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        draft = new_version(policy=self._policy(object_id), by=user_of(request))
        messages.success(request, f"“{draft}” is a draft: change it, then activate it.")
        return self._page(draft)

    def has_activate_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("leads.change_policy") and self.has_status(request, object_id, PolicyStatus.DRAFT)

    def has_copy_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        if not change:
            obj.version = next_version(obj.purpose)
        super().save_model(request, obj, form, change)

    def _policy(self, object_id: str) -> Policy:
        return get_object_or_404(Policy, pk=object_id)

    def _page(self, policy: Policy) -> HttpResponse:
        return to_page(reverse("admin:leads_policy_change", args=[policy.pk]))
