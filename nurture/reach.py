"""By which ways a lead may be reached: no address, opted out, suppressed and do-not-call are each an obstacle."""

from django.db.models import Exists, OuterRef, Q

from leads.models import Lead
from nurture.models import SkipReason, Suppression, SuppressionKind


def is_suppressed(*, kind: str, key: str) -> bool:
    """``key`` is the normalised e-mail key or the E.164 number."""
    return bool(key) and Suppression.objects.filter(kind=kind, key=key).exists()


def email_obstacle(lead: Lead) -> str:
    """Why the lead must not be written to, a ``SkipReason``; "" if they may be."""
    if not lead.email:
        return SkipReason.NO_ADDRESS
    if lead.email_opt_out:
        return SkipReason.OPTED_OUT
    return SkipReason.SUPPRESSED if is_suppressed(kind=SuppressionKind.EMAIL, key=lead.email_key) else ""


def call_obstacle(lead: Lead) -> str:
    """Why the lead must not be called, a ``SkipReason``; "" if they may be."""
    if not lead.phone:
        return SkipReason.NO_ADDRESS
    if lead.do_not_call or is_suppressed(kind=SuppressionKind.PHONE, key=lead.phone):
        return SkipReason.DO_NOT_CALL
    return ""


def can_be_reached() -> Q:
    """The condition on leads: by e-mail or by phone."""
    return _open_way(SuppressionKind.EMAIL, ~Q(email_key=""), Q(email_opt_out=False), "email_key") | _open_way(
        SuppressionKind.PHONE, ~Q(phone=""), Q(do_not_call=False), "phone"
    )


def opted_out_of_everything(prefix: str = "") -> Q:
    """By the lead's flags alone, which every suppression sets: cheap over many rows."""
    return (Q(**{f"{prefix}email_opt_out": True}) | Q(**{f"{prefix}email": ""})) & (
        Q(**{f"{prefix}do_not_call": True}) | Q(**{f"{prefix}phone": ""})
    )


def _open_way(kind: str, has_key: Q, allowed: Q, field: str) -> Q:
    return has_key & allowed & ~Q(Exists(Suppression.objects.filter(kind=kind, key=OuterRef(field))))
