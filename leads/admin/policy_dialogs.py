"""What is asked, and said, before a policy is put into force, copied or retired."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminSelectWidget

from crm.campaigns.models import Campaign
from leads.admin.policy_pages import changes_context
from leads.models import Policy, Stage
from leads.services.policies import leads_decided_by, why_not_activate
from leads.slots import policy_links


class _AboutPolicy(BaseDialogForm):
    def get_before_template_context(self, request: HttpRequest, object_id: int | str | None = None) -> dict[str, Any]:
        policy = get_object_or_404(Policy, pk=object_id)
        waiting = leads_decided_by(policy).filter(stage=Stage.UNQUALIFIED).count()
        return {"policy": policy, "waiting": waiting, "links": policy_links.collect(policy)}


class PublishForm(_AboutPolicy):
    form_before_template = "admin/leads/policy/publish.html"

    def get_before_template_context(self, request: HttpRequest, object_id: int | str | None = None) -> dict[str, Any]:
        context = super().get_before_template_context(request, object_id)
        policy = context["policy"]
        return context | changes_context(policy) | {"problem": why_not_activate(policy)}


class RetireForm(_AboutPolicy):
    form_before_template = "admin/leads/policy/retire.html"


class CopyForm(BaseDialogForm):
    campaign = forms.ModelChoiceField(
        Campaign.objects.all(),
        required=False,
        empty_label="The same leads as before",
        label="Decides about",
        widget=UnfoldAdminSelectWidget,
        help_text="Choose a campaign for a policy of its own: it decides about that campaign's leads only.",
    )
