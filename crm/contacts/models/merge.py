"""Two contacts that were one person."""

from django.db import models
from django.db.models import F, Q

from crm.contacts.models.contact import Contact
from crm.people.merges import Merge


class ContactMerge(Merge):
    survivor = models.ForeignKey(Contact, models.PROTECT, related_name="merges")
    duplicate = models.ForeignKey(Contact, models.PROTECT, related_name="merged_away")

    class Meta(Merge.Meta):
        constraints = [
            models.UniqueConstraint(
                name="contact_is_merged_away_once", fields=["duplicate"], condition=Q(undone_at=None)
            ),
            models.CheckConstraint(name="merge_is_of_two_contacts", condition=~Q(survivor=F("duplicate"))),
        ]
