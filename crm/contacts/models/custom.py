"""Custom fields of contacts: values and how they changed."""

from django.db import models

from crm.contacts.models.contact import Contact
from crm.fields.models import FieldChange, FieldValue


class ContactFieldValue(FieldValue):
    record = models.ForeignKey(Contact, models.CASCADE, related_name="custom_values", db_index=False)


class ContactFieldChange(FieldChange):
    record = models.ForeignKey(Contact, models.CASCADE, related_name="custom_changes")
