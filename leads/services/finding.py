"""Whose address or number it is: the lead, and the contact of an account. One round trip."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from crm.contacts.models import Contact, Medium
from crm.web.quick import Answer, Statement, asking, run
from leads.models import Lead


@dataclass(frozen=True)
class Known:
    """Ids; None where there is nobody. ``lead`` may have been merged into another one since."""

    lead: int | None
    contact: int | None


def who_has(*, email_key: str, phone: str) -> Known:
    """The lead by e-mail; by phone only where one of the two has no e-mail address to differ in."""
    if not (email_key or phone):
        return Known(None, None)
    leads, *contacts = run([_lead(email_key, phone), *_contact(email_key)])
    return Known(_best(leads.rows, email_key), _first(contacts))


def _lead(email_key: str, phone: str) -> Statement:
    if not phone:
        return asking(_by_email, email_key)
    return asking(_by_either, email_key, phone) if email_key else asking(_by_phone, phone)


def _contact(email_key: str) -> list[Statement]:
    """Two plain look-ups are quicker than one of both where mostly nobody is found."""
    return [asking(_by_primary, email_key), asking(_by_other, email_key)] if email_key else []


def _best(rows: list[tuple[Any, ...]], email_key: str) -> int | None:
    """An address that was merged away leads to the survivor, if it leads nowhere else."""
    best = min(rows, key=lambda row: (row[2] is not None, not email_key or row[1] != email_key), default=None)
    return best[0] if best else None


def _first(answers: list[Answer]) -> int | None:
    return next((pk for answer in answers for (pk,) in answer.rows), None)


def _by_email(key: str) -> QuerySet[Any, Any]:
    return _leads(Q(email_key=key))


def _by_phone(phone: str) -> QuerySet[Any, Any]:
    return _leads(Q(phone=phone))


def _by_either(key: str, phone: str) -> QuerySet[Any, Any]:
    return _leads(Q(email_key=key) | Q(phone=phone, email_key=""))


def _leads(same: Q) -> QuerySet[Any, Any]:
    return Lead.objects.filter(same).order_by("-created_at", "-pk").values_list("pk", "email_key", "merged_into")


def _by_primary(key: str) -> QuerySet[Any, Any]:
    return Contact.objects.live().filter(email_key=key).order_by("pk").values_list("pk")[:1]


def _by_other(key: str) -> QuerySet[Any, Any]:
    same = {"addresses__medium": Medium.EMAIL, "addresses__key": key}
    return Contact.objects.live().filter(**same).order_by("pk").values_list("pk")[:1]
