"""Custom fields of opportunities: values and how they changed."""

from django.db import models

from crm.fields.models import FieldChange, FieldValue
from crm.opportunities.models.opportunity import Opportunity


class OpportunityFieldValue(FieldValue):
    record = models.ForeignKey(Opportunity, models.CASCADE, related_name="custom_values", db_index=False)


class OpportunityFieldChange(FieldChange):
    record = models.ForeignKey(Opportunity, models.CASCADE, related_name="custom_changes")
