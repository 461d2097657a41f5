"""Whose contacts were."""

from django.db import models

from crm.contacts.models.contact import Contact
from crm.people.handing_over import OwnerChange


class ContactOwnerChange(OwnerChange):
    record = models.ForeignKey(Contact, models.CASCADE, related_name="owner_changes")
