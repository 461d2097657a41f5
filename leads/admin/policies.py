from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from crm.people.requests import user_of
from crm.web.admin import FrozenOnceInForce, StackedPartInline, dialog, to_page
from leads.admin import policy_pages
from leads.admin.criterion_forms import CriterionForm
from leads.admin.policy_dialogs import CopyForm, PublishForm, RetireForm
from leads.criterion_words import asks_for, counts_for, rule_of, with_choices
from leads.models import Criterion, Policy, PolicyStatus
from leads.services.policies import PolicyRefused, activate_policy, new_version, next_version, retire_policy
from leads.slots import policy_links


class CriterionInline(StackedPartInline):
    model = Criterion
    form = CriterionForm
    ordering_field = "position"
    hide_ordering_field = True
    fields = (
        "label",
        ("points", "must_have"),
        ("subject", "page"),
        ("operator", "value"),
        ("within_days", "half_life_days"),
        "position",
    )


@admin.register(Policy)
class PolicyAdmin(FrozenOnceInForce, ModelAdmin):
    """A policy in force is read-only: "New version" copies it into a draft, "Activate" puts a draft into force."""

    change_form_template = "admin/leads/policy/change_form.html"
    list_display = ("name", "purpose", "show_scope", "version", "threshold", "show_status", "decided", "activated_at")
    list_filter = ("purpose", "status", "campaign")
    list_select_related = ("campaign",)
    search_fields = ("name",)
    actions_detail = ["activate", "copy", "try_on_a_lead", "retire"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return super().get_queryset(request).annotate(decisions_made=Count("decisions"))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        asked = ("name", ("purpose", "campaign"), "threshold")
        if obj is None:
            return [(None, {"fields": asked})]
        state = ("status", "version", "activated_at")
        shown = [("In words", {"fields": ("summary", "tools")})]
        changes = [("Against the version in force", {"fields": ("changes",)})] if obj.status == "draft" else []
        return [(None, {"fields": (*asked, state)}), *shown, *changes]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Purpose and campaign stay: versions are counted for them."""
        fixed = ("purpose", "campaign") if obj else ()
        return ("version", "status", "activated_at", "summary", "changes", "tools", *fixed)

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is in force is read in words."""
        return [CriterionInline] if obj is None or obj.status == PolicyStatus.DRAFT else []

    @display(
        description="Status",
        ordering="status",
        label={"Active": "success", "Draft": "warning", "Retired": "info"},
    )
    def show_status(self, obj: Policy) -> str:
        return obj.get_status_display()

    @display(description="Decides about", ordering="campaign")
    def show_scope(self, obj: Policy) -> str:
        return f"Campaign {obj.campaign}" if obj.campaign else "All leads"

    @display(description="Decisions", ordering="decisions_made")
    def decided(self, obj: Any) -> int:
        made: int = obj.decisions_made
        return made

    @display(description="Summary")
    def summary(self, obj: Policy) -> str:
        criteria = with_choices(obj)
        lines = [(criterion.label, asks_for(criterion), counts_for(criterion)) for criterion in criteria]
        context = {"rule": rule_of(obj, criteria), "lines": lines}
        return render_to_string("admin/leads/policy/summary.html", context)

    @display(description="What changes")
    def changes(self, obj: Policy) -> str:
        return render_to_string("admin/leads/policy/changes.html", policy_pages.changes_context(obj))

    @display(description="Before you decide")
    def tools(self, obj: Policy) -> str:
        return render_to_string("admin/leads/policy/tools.html", {"policy": obj, "links": policy_links.collect(obj)})

    def get_urls(self) -> list[URLPattern]:
        value = self.admin_site.admin_view(self._criterion_fields)
        tried = self.admin_site.admin_view(self._try)
        return [
            path("criterion-fields/", value, name="leads_policy_criterion_fields"),
            path("<int:object_id>/try/", tried, name="leads_policy_try"),
            *super().get_urls(),
        ]

    def _criterion_fields(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return policy_pages.criterion_fields(request)

    def _try(self, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        return policy_pages.try_policy(request, self._policy(object_id), self.admin_site.each_context(request))

    @action(
        description="Activate",
        url_path="activate",
        icon="check_circle",
        variant=ActionVariant.PRIMARY,
        permissions=["activate"],
        dialog=dialog(
            "Put this policy into force?",
            "It decides about every inquiry and answer from now on, and can no longer be changed.",
            "Activate",
            PublishForm,
        ),
    )
    def activate(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._do(request, object_id, activate_policy, "is in force")

    @action(
        description="New version",
        url_path="new-version",
        icon="content_copy",
        permissions=["copy"],
        dialog=dialog(
            "Make a new version?",
            "A draft with the same criteria, to be changed and then activated.",
            "Make a draft",
            CopyForm,
        ),
    )
    def copy(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        campaign = form.cleaned_data["campaign"]
        draft = new_version(policy=self._policy(object_id), by=user_of(request), campaign=campaign)
        messages.success(request, f"“{draft}” is a draft: change it, then activate it.")
        return self._page(draft)

    @action(description="Try on a lead", url_path="try-on-a-lead", icon="science")
    def try_on_a_lead(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return policy_pages.to_try(self._policy(object_id))

    @action(
        description="Retire",
        url_path="retire",
        icon="archive",
        permissions=["retire"],
        dialog=dialog("Retire this policy?", "It decides about nobody any more.", "Retire", RetireForm),
    )
    def retire(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        return self._do(request, object_id, retire_policy, "is retired")

    def has_activate_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("leads.change_policy") and self.has_status(request, object_id, PolicyStatus.DRAFT)

    def has_retire_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return request.user.has_perm("leads.change_policy") and self.has_status(request, object_id, PolicyStatus.ACTIVE)

    def has_copy_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        return self.has_add_permission(request)

    def save_model(self, request: HttpRequest, obj: Policy, form: Any, change: bool) -> None:
        if not change:
            obj.version = next_version(obj.purpose, obj.campaign_id)
        super().save_model(request, obj, form, change)

    def _do(self, request: HttpRequest, object_id: str, service: Any, done: str) -> HttpResponse:
        policy = self._policy(object_id)
        try:
            service(policy=policy, by=user_of(request), now=timezone.now())
            messages.success(request, f"“{policy}” {done}.")
        except PolicyRefused as refused:
            messages.error(request, str(refused))
        return self._page(policy)

    def _policy(self, object_id: str | int) -> Policy:
        return get_object_or_404(Policy, pk=object_id)

    def _page(self, policy: Policy) -> HttpResponse:
        return to_page(reverse("admin:leads_policy_change", args=[policy.pk]))
