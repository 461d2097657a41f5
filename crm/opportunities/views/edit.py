from typing import Any

from django.urls import reverse
from django.utils import timezone

from crm.opportunities.editing import edit_opportunity
from crm.opportunities.forms import OpportunityForm
from crm.opportunities.models import Opportunity
from crm.people.requests import UserRequest
from crm.web.edits import VersionedUpdate


class OpportunityEdit(VersionedUpdate):
    request: UserRequest
    model = Opportunity
    form_class = OpportunityForm
    permission = "opportunities.change_opportunity"
    title = "Edit opportunity"

    def write(self, form: Any) -> None:
        edit_opportunity(
            opportunity=self.get_object(),
            version=form.cleaned_data["version"],
            fields=form.fields_to_write(),
            custom=form.custom_values(),
            by=self.request.user,
            now=timezone.now(),
        )

    def get_success_url(self) -> str:
        return reverse("opportunities:detail", args=[self.object.pk])
