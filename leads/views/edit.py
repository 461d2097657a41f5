"""Correct who a lead is."""

from typing import Any

from django.utils import timezone

from crm.people.requests import UserRequest
from crm.web.edits import VersionedUpdate
from leads.forms.person import LeadForm
from leads.models import Lead
from leads.services.editing import edit_lead
from leads.services.intake import IntakeRefused


class LeadEdit(VersionedUpdate):
    request: UserRequest
    model = Lead
    form_class = LeadForm
    permission = "leads.change_lead"
    title = "Edit lead"

    def write(self, form: Any) -> None:
        try:
            edit_lead(
                lead=self.get_object(),
                version=form.cleaned_data["version"],
                fields=form.fields_to_write(),
                custom=form.custom_values(),
                by=self.request.user,
                now=timezone.now(),
            )
        except IntakeRefused as refused:
            for name, message in refused.errors.items():
                form.add_error(name, message)
