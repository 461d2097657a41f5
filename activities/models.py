"""What people did that no other record says: notes (calls, meetings and tasks join them here)."""

from django.db import models
from django.db.models import Q

from crm.accounts.models import Account
from crm.contacts.models import Contact
from crm.opportunities.models import Opportunity
from crm.people.models import User
from crm.web.models import AppendOnly
from leads.models import Lead


class Note(AppendOnly):
    """About exactly one record; a lead's notes are read from its account, contact and opportunity by the conversion."""

    body = models.TextField()
    by = models.ForeignKey(User, models.PROTECT, related_name="notes")
    at = models.DateTimeField()
    lead = models.ForeignKey(Lead, models.CASCADE, null=True, related_name="notes")
    account = models.ForeignKey(Account, models.CASCADE, null=True, related_name="notes")
    contact = models.ForeignKey(Contact, models.CASCADE, null=True, related_name="notes")
    opportunity = models.ForeignKey(Opportunity, models.CASCADE, null=True, related_name="notes")

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="note_is_not_empty", condition=~Q(body="")),
            models.CheckConstraint(
                name="note_is_about_one_record",
                condition=Q(lead__isnull=False, account=None, contact=None, opportunity=None)
                | Q(lead=None, account__isnull=False, contact=None, opportunity=None)
                | Q(lead=None, account=None, contact__isnull=False, opportunity=None)
                | Q(lead=None, account=None, contact=None, opportunity__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.body[:50]
