from crm.contacts.models.address import ContactAddress, Medium, PastEmployment
from crm.contacts.models.contact import AddressKind, Contact, ContactQuerySet
from crm.contacts.models.custom import ContactFieldChange, ContactFieldValue
from crm.contacts.models.key_contact import KeyContact
from crm.contacts.models.merge import ContactMerge
from crm.contacts.models.owner_change import ContactOwnerChange

__all__ = [
    "AddressKind",
    "Contact",
    "ContactAddress",
    "ContactFieldChange",
    "ContactFieldValue",
    "ContactMerge",
    "ContactOwnerChange",
    "ContactQuerySet",
    "KeyContact",
    "Medium",
    "PastEmployment",
]
