"""Adds the back-test to the policies of the admin, which ``leads`` registers."""

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from unfold.decorators import action
from unfold.forms import BaseDialogForm

from crm.people.requests import user_of
from crm.web.admin import dialog, to_page
from leads.admin.policies import PolicyAdmin
from leads.models import Policy, PolicyPurpose
from reports import tasks
from reports.back_tests.services import BackTestRefused, request_back_test

admin.site.unregister(Policy)


@admin.register(Policy)
class BackTestedPolicyAdmin(PolicyAdmin):
    actions_detail = [*PolicyAdmin.actions_detail, "back_test"]

    @action(
        description="Back-test",
        url_path="back-test",
        icon="query_stats",
        permissions=["back_test"],
        dialog=dialog(
            "What would this policy have decided about past leads?",
            "Every past lead is judged as of its first inquiry, with what was known then, and compared with the policy "
            "that is active. Nothing is changed. It takes up to half a minute.",
            "Back-test",
        ),
    )
    def back_test(self, request: HttpRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        policy = self._policy(object_id)
        try:
            asked = request_back_test(policy=policy, by=user_of(request), now=timezone.now())
        except BackTestRefused as refused:
            messages.error(request, str(refused))
            return self._page(policy)
        tasks.wake_up(asked.pk)
        return to_page(reverse("reports:back_test", args=[asked.pk]))

    def has_back_test_permission(self, request: HttpRequest, object_id: str = "") -> bool:
        marketing = Policy.objects.filter(purpose=PolicyPurpose.MARKETING)
        known = str(object_id).isdecimal() and marketing.filter(pk=object_id).exists()
        return known and request.user.has_perm("reports.add_backtest")
