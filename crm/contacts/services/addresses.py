"""The addresses and numbers of a contact: one primary of each kind, any number of further ones."""

from django.db import IntegrityError, transaction

from crm.contacts.models import Contact, ContactAddress, Medium
from crm.people.emails import InvalidEmail, email_key, parse_email
from crm.people.models import Company, User
from crm.people.phones import InvalidPhone, parse_phone

TAKEN = "Somebody else has this e-mail address already."


class AddressRefused(Exception):
    """``errors``: field to message, for a person. Nothing was written."""

    def __init__(self, errors: dict[str, str]) -> None:
        self.errors = errors
        super().__init__(" ".join(errors.values()))


def normalize(medium: str, value: str) -> tuple[str, str]:
    """As it is stored, and what look-ups go by. Raises AddressRefused."""
    try:
        if medium == Medium.EMAIL:
            address = parse_email(value)
            return address, email_key(address)
        number = parse_phone(value, country=Company.current().country)
    except (InvalidEmail, InvalidPhone) as error:
        raise AddressRefused({"value": str(error)}) from error
    return number, number


@transaction.atomic
def save_contact_address(
    *, contact: Contact, address: ContactAddress | None, medium: str, kind: str, value: str, by: User
) -> ContactAddress:
    """A further address, new or corrected. Locks the contact. Raises AddressRefused."""
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=contact.pk)
    value, key = normalize(medium, value)
    _check_free(contact, address, medium, key)
    address = address or ContactAddress(contact=contact)
    address.medium, address.kind, address.value, address.key = medium, kind, value, key
    try:
        with transaction.atomic():
            address.save()
    except IntegrityError as error:
        raise AddressRefused({"value": TAKEN}) from error
    _count_change(contact)
    return address


@transaction.atomic
def make_primary(*, address: ContactAddress, by: User) -> Contact:
    """It changes places with the primary one. Locks the contact."""
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=address.contact_id)
    name = str(address.medium)
    before, before_kind = getattr(contact, name), getattr(contact, f"{name}_kind")
    value, kind = address.value, address.kind
    address.delete()
    if before:
        value_before, key = normalize(name, before)
        ContactAddress.objects.create(contact=contact, medium=name, kind=before_kind, value=value_before, key=key)
    setattr(contact, name, value)
    setattr(contact, f"{name}_kind", kind)
    _count_change(contact)
    return contact


@transaction.atomic
def remove_address(*, address: ContactAddress, by: User) -> None:
    """Locks the contact."""
    contact = Contact.objects.select_for_update(of=("self",)).get(pk=address.contact_id)
    address.delete()
    _count_change(contact)


def _check_free(contact: Contact, address: ContactAddress | None, medium: str, key: str) -> None:
    same = contact.addresses.filter(medium=medium, key=key)
    others = same.exclude(pk=address.pk) if address else same
    if key == (contact.email_key if medium == Medium.EMAIL else contact.phone) or others.exists():
        raise AddressRefused({"value": "It is known already."})
    if medium == Medium.EMAIL and Contact.objects.with_email(key).exclude(pk=contact.pk).exists():
        raise AddressRefused({"value": TAKEN})


def _count_change(contact: Contact) -> None:
    """The search column knows all addresses, and a stale form is told."""
    contact.version += 1
    contact.save()
