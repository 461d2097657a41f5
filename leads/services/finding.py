"""Whose address or number it is: the lead, and the contact of an account. One round trip."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, IntegrityError, connection
from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet, Value

from crm.contacts.models import Contact, Medium
from crm.people.emails import email_key
from crm.web.constraints import breaks
from crm.web.holding import run_first
from crm.web.quick import Answer, Query, Statement, asking, inserted, inserting, next_id, run
from crm.web.writing import insert_impatiently, waited_too_long
from leads.models import Lead

Rows = QuerySet[Any, Any]
LEAD, MAIN, OTHER, NEW = range(4)  # in a row: a lead, a contact by its main or another address, an id to be used
ONE_LEAD = "one_live_lead_per_email"
PATIENCE = 0.25  # in seconds; PostgreSQL looks for deadlocks after one


@dataclass(frozen=True)
class Known:
    """Ids; None where there is nobody. ``lead`` may have been merged into another one since."""

    lead: int | None
    contact: int | None


@dataclass(frozen=True)
class Ahead:
    """Who had that address and number a moment ago, and an id for who had not."""

    key: str
    phone: str
    known: Known
    next_id: int


def who_has(*, key: str, phone: str) -> Known:
    """The lead by e-mail; by phone only where one of the two has no e-mail address to differ in."""
    if not (key or phone):
        return Known(None, None)
    return _known(run([_asking(EVERYBODY, key, phone)])[0], key)


def look_ahead(*, email: str, phone: str) -> Ahead | None:
    """For whoever is about to send an inquiry, along with what is asked first anyway (``crm.web.holding``). None where
    it is not worth it: a database that is not far away, or no address, which alone decides a race."""
    key = email_key(email)
    if not key or connection.vendor != "postgresql":
        return None
    asked = _asking(EVERYBODY, key, phone)
    numbered = f"{asked.sql} UNION ALL SELECT {NEW}, {next_id(Lead)}, '', NULL, NULL"
    [found] = run_first([Statement(numbered, asked.parameters)])
    number = next(row[1] for row in found.rows if row[0] == NEW)
    return Ahead(key, phone, _known(found, key), number)


def insert_unless_known(lead: Lead) -> Known:
    """As ``who_has`` of its address and number. Where no lead has them ``lead`` is inserted, and has an id; whoever
    loses a race for the address is told who has it."""
    key = email_key(lead.email)
    new = inserting([lead], unless=ONE_LEAD, unless_any=_asking(LEADS, key, lead.phone))
    found, answer = run([_asking(EVERYBODY, key, lead.phone), new])
    known = _known(found, key)
    return known if inserted([lead], answer) or known.lead else who_has(key=key, phone=lead.phone)


def insert_later_unless_known(lead: Lead, *, ahead: Ahead | None) -> Known:
    """As ``insert_unless_known``; but ``lead`` goes to the database with all that is written after it, and whoever
    loses a race for the address, or would have to wait for it, fails with that (``lost_race``): holding what others
    wait for, it must not wait for them. At once after all where that is not worth it."""
    key = email_key(lead.email)
    if ahead is None or (ahead.key, ahead.phone) != (key, lead.phone):
        ahead = look_ahead(email=lead.email, phone=lead.phone)
    if ahead is None:
        return insert_unless_known(lead)
    if ahead.known.lead is None:
        lead.pk = ahead.next_id
        insert_impatiently(lead, seconds=PATIENCE)
    return ahead.known


def lost_race(error: DatabaseError) -> bool:
    """Of ``insert_later_unless_known``: then it is to be done again, by ``insert_unless_known``."""
    return waited_too_long(error) or (isinstance(error, IntegrityError) and breaks(error, Lead, ONE_LEAD))


def _asking(whom: Mapping[str, Query], key: str, phone: str) -> Statement:
    if not phone:
        return asking(whom["email"], key)
    return asking(whom["either"], key, phone) if key else asking(whom["phone"], phone)


def _known(answer: Answer, key: str) -> Known:
    """Of leads: an address that was merged away leads to the survivor, if it leads nowhere else. Of contacts: whose
    main address it is comes before whose other one it is."""
    leads = [row[1:] for row in answer.rows if row[0] == LEAD]
    contacts = [row for row in answer.rows if row[0] in (MAIN, OTHER)]
    best = max(leads, key=lambda row: (row[2] is None, bool(key) and row[1] == key, row[3], row[0]), default=(None,))
    return Known(best[0], min(contacts, default=(None, None))[1])


def _by_email(key: str) -> Rows:
    return _leads(Q(email_key=key))


def _by_phone(phone: str) -> Rows:
    return _leads(Q(phone=phone))


def _by_either(key: str, phone: str) -> Rows:
    return _leads(Q(email_key=key) | Q(phone=phone, email_key=""))


def _everybody_by_email(key: str) -> Rows:
    return _by_email(key).union(*_contacts(key), all=True)


def _everybody_by_either(key: str, phone: str) -> Rows:
    return _by_either(key, phone).union(*_contacts(key), all=True)


def _leads(same: Q) -> Rows:
    leads = Lead.objects.filter(same).order_by()
    return leads.values_list(Value(LEAD), "pk", "email_key", "merged_into", "created_at")


def _contacts(key: str) -> list[Rows]:
    """Plain look-ups are quicker than one of all where mostly nobody is found."""
    other = {"addresses__medium": Medium.EMAIL, "addresses__key": key}
    return [_ranked(MAIN, email_key=key), _ranked(OTHER, **other)]


def _ranked(rank: int, **same: Any) -> Rows:
    columns = Value(rank), "pk", Value(""), Value(None, BigIntegerField()), Value(None, DateTimeField())
    return Contact.objects.live().filter(**same).order_by().values_list(*columns)


LEADS: Mapping[str, Query] = {"email": _by_email, "phone": _by_phone, "either": _by_either}
EVERYBODY: Mapping[str, Query] = {"email": _everybody_by_email, "phone": _by_phone, "either": _everybody_by_either}
