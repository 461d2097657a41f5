"""Whose opportunities were."""

from django.db import models

from crm.opportunities.models.opportunity import Opportunity
from crm.people.handing_over import OwnerChange


class OpportunityOwnerChange(OwnerChange):
    record = models.ForeignKey(Opportunity, models.CASCADE, related_name="owner_changes")
