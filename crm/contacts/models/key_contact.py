"""Who counts in an identified project."""

from django.db import models
from django.db.models import Q

from crm.accounts.models import IdentifiedProject
from crm.contacts.buying_roles import BuyingRole
from crm.contacts.models.contact import Contact
from crm.people.recorded import Recorded, RecordedQuerySet


class KeyContact(Recorded):
    """A contact of ours, or somebody who is known by name only so far; "" while the buying role is unknown."""

    project = models.ForeignKey(IdentifiedProject, models.PROTECT, related_name="key_contacts")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, blank=True, related_name="key_in")
    name = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    email = models.EmailField("e-mail", blank=True)
    phone = models.CharField(max_length=40, blank=True)
    role = models.CharField("buying role", max_length=20, choices=BuyingRole, blank=True)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(name="key_contact_is_somebody", condition=Q(contact__isnull=False) | ~Q(name="")),
            models.UniqueConstraint(
                name="contact_once_per_project", fields=["project", "contact"], condition=Q(removed_at=None)
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.contact)

    @property
    def reach(self) -> "Contact | KeyContact":
        """Where address and number are kept: with the contact, where it is one."""
        return self.contact or self
