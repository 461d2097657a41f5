from crm.contacts.models.address import ContactAddress, Medium, PastEmployment
from crm.contacts.models.contact import AddressKind, Contact, ContactQuerySet
from crm.contacts.models.key_contact import KeyContact
from crm.contacts.models.merge import ContactMerge

__all__ = [
    "AddressKind",
    "Contact",
    "ContactAddress",
    "ContactMerge",
    "ContactQuerySet",
    "KeyContact",
    "Medium",
    "PastEmployment",
]
