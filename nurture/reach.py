"""By which ways a lead may be reached: no address, opted out, suppressed and do-not-call are each an obstacle."""

from collections.abc import Container, Iterable

from django.db.models import Exists, OuterRef, Q

from crm.people.emails import email_key
from leads.models import Lead
from nurture.models import SkipReason, Suppression, SuppressionKind

Suppressed = Container[tuple[str, str]]  # kind and key: the normalised e-mail key or the E.164 number


def suppressed_among(leads: Iterable[Lead]) -> set[tuple[str, str]]:
    """Of their addresses and numbers those that are suppressed, in one query."""
    ways = [(lead.email_key, lead.phone) for lead in leads]
    emails = Q(kind=SuppressionKind.EMAIL, key__in=[email for email, _ in ways if email])
    phones = Q(kind=SuppressionKind.PHONE, key__in=[phone for _, phone in ways if phone])
    return set(Suppression.objects.filter(emails | phones).values_list("kind", "key"))


def email_obstacle(lead: Lead, suppressed: Suppressed | None = None) -> str:
    """Why the lead must not be written to, a ``SkipReason``; "" if they may be. ``suppressed``: what of theirs is,
    where the caller knows."""
    if not lead.email:
        return SkipReason.NO_ADDRESS
    if lead.email_opt_out:
        return SkipReason.OPTED_OUT
    if lead.email_unconfirmed:
        return SkipReason.UNCONFIRMED
    known = suppressed_among([lead]) if suppressed is None else suppressed
    return SkipReason.SUPPRESSED if (SuppressionKind.EMAIL, lead.email_key) in known else ""


def gets_no_mail(lead: Lead, address: str) -> bool:
    """Nothing is written to this address of the lead any more."""
    suppressed = Suppression.objects.filter(kind=SuppressionKind.EMAIL, key=email_key(address)).exists()
    return suppressed or (lead.email_opt_out and lead.email_key == email_key(address))


def call_obstacle(lead: Lead, suppressed: Suppressed | None = None) -> str:
    """Why the lead must not be called, a ``SkipReason``; "" if they may be."""
    if not lead.phone:
        return SkipReason.NO_ADDRESS
    known = suppressed_among([lead]) if suppressed is None else suppressed
    return SkipReason.DO_NOT_CALL if lead.do_not_call or (SuppressionKind.PHONE, lead.phone) in known else ""


def can_be_reached() -> Q:
    """The condition on leads: by e-mail or by phone."""
    may_be_written_to = Q(email_opt_out=False, email_unconfirmed=False)
    by_email = _open_way(SuppressionKind.EMAIL, ~Q(email_key=""), may_be_written_to, "email_key")
    return by_email | _open_way(SuppressionKind.PHONE, ~Q(phone=""), Q(do_not_call=False), "phone")


def opted_out_of_everything(prefix: str = "") -> Q:
    """By the lead's flags alone, which every suppression sets: cheap over many rows."""
    return (Q(**{f"{prefix}email_opt_out": True}) | Q(**{f"{prefix}email": ""})) & (
        Q(**{f"{prefix}do_not_call": True}) | Q(**{f"{prefix}phone": ""})
    )


def _open_way(kind: str, has_key: Q, allowed: Q, field: str) -> Q:
    return has_key & allowed & ~Q(Exists(Suppression.objects.filter(kind=kind, key=OuterRef(field))))
