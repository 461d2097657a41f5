"""Custom fields of leads: values and how they changed."""

from django.db import models

from crm.fields.models import FieldChange, FieldValue
from leads.models.lead import Lead


class LeadFieldValue(FieldValue):
    record = models.ForeignKey(Lead, models.CASCADE, related_name="custom_values", db_index=False)


class LeadFieldChange(FieldChange):
    record = models.ForeignKey(Lead, models.CASCADE, related_name="custom_changes")
