from crm.contacts.models.contact import Contact, ContactQuerySet
from crm.contacts.models.key_contact import KeyContact

__all__ = ["Contact", "ContactQuerySet", "KeyContact"]
