"""Lead to account, contact and opportunity, once."""

from django.db import models
from django.db.models import Q

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.models import AppendOnly
from leads.models.lead import Lead


class Conversion(AppendOnly):
    """The database refuses one without an opportunity, but into a contact and an account that both existed before, and
    then with a reason; and one that is neither ready by the sales policy nor overridden with a reason."""

    lead = models.OneToOneField(Lead, models.PROTECT, related_name="conversion")
    account = models.ForeignKey(Account, models.PROTECT, related_name="conversions")
    contact = models.ForeignKey(Contact, models.PROTECT, related_name="conversions")
    opportunity = models.ForeignKey(Opportunity, models.PROTECT, null=True, related_name="conversions")
    matched_account = models.BooleanField()
    matched_contact = models.BooleanField()
    skip_reason = models.CharField(max_length=500, blank=True)
    policy_met = models.BooleanField()
    override_reason = models.CharField(max_length=500, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="conversions")
    converted_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-converted_at"]
        constraints = [
            models.CheckConstraint(
                name="conversion_without_opportunity_only_into_existing_records",
                condition=Q(opportunity__isnull=False)
                | (Q(matched_contact=True, matched_account=True) & ~Q(skip_reason="")),
            ),
            models.CheckConstraint(
                name="conversion_is_ready_or_overridden",
                condition=Q(policy_met=True) | ~Q(override_reason=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lead} → {self.account}"
