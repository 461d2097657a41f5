"""Whose address or number it is: the lead, and the contact of an account. One round trip."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet, Value

from crm.contacts.models import Contact, Medium
from crm.people.emails import email_key
from crm.web.quick import Answer, Statement, asking, inserted, inserting, run
from leads.models import Lead


@dataclass(frozen=True)
class Known:
    """Ids; None where there is nobody. ``lead`` may have been merged into another one since."""

    lead: int | None
    contact: int | None


def who_has(*, key: str, phone: str) -> Known:
    """The lead by e-mail; by phone only where one of the two has no e-mail address to differ in."""
    if not (key or phone):
        return Known(None, None)
    leads, *contacts = run([_lead(key, phone), *_contact(key)])
    return Known(_best(leads.rows, key), _first(contacts))


def insert_unless_known(lead: Lead) -> Known:
    """As ``who_has`` of its address and number. Where no lead has them ``lead`` is inserted, and has an id; whoever
    loses a race for the address is told who has it."""
    key = email_key(lead.email)
    look = _lead(key, lead.phone)
    insert = inserting([lead], unless="one_live_lead_per_email", unless_any=look)
    leads, answer, *contacts = run([look, insert, *_contact(key)])
    if inserted([lead], answer) or leads.rows:
        return Known(_best(leads.rows, key), _first(contacts))
    return who_has(key=key, phone=lead.phone)


def _lead(key: str, phone: str) -> Statement:
    if not phone:
        return asking(_by_email, key)
    return asking(_by_either, key, phone) if key else asking(_by_phone, phone)


def _contact(key: str) -> list[Statement]:
    return [asking(_contacts, key)] if key else []


def _best(rows: list[tuple[Any, ...]], key: str) -> int | None:
    """An address that was merged away leads to the survivor, if it leads nowhere else."""
    best = min(rows, key=lambda row: (row[2] is not None, not key or row[1] != key), default=None)
    return best[0] if best else None


def _first(answers: list[Answer]) -> int | None:
    """Whose main address it is comes before whose other one it is."""
    _, pk = min((row for answer in answers for row in answer.rows), default=(0, None))
    return pk


def _by_email(key: str) -> QuerySet[Any, Any]:
    return _leads(Q(email_key=key))


def _by_phone(phone: str) -> QuerySet[Any, Any]:
    return _leads(Q(phone=phone))


def _by_either(key: str, phone: str) -> QuerySet[Any, Any]:
    return _leads(Q(email_key=key) | Q(phone=phone, email_key=""))


def _leads(same: Q) -> QuerySet[Any, Any]:
    return Lead.objects.filter(same).order_by("-created_at", "-pk").values_list("pk", "email_key", "merged_into")


def _contacts(key: str) -> QuerySet[Any, Any]:
    """Two plain look-ups are quicker than one of both where mostly nobody is found."""
    other = {"addresses__medium": Medium.EMAIL, "addresses__key": key}
    return _ranked(0, email_key=key).union(_ranked(1, **other), all=True)


def _ranked(rank: int, **same: Any) -> QuerySet[Any, Any]:
    return Contact.objects.live().filter(**same).order_by().values_list(Value(rank), "pk")
