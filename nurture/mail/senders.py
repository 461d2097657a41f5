"""Whom a mail comes from, and where its answers go."""

from email.utils import quote
from uuid import UUID

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from crm.people.emails import InvalidEmail, name_and_address, parse_email
from crm.people.models import User
from leads.models import Lead
from nurture.mail.letter import owner_of
from nurture.models import Sequence, Touch

SEAL = 16  # signs of the token's signature
SALT = "nurture.reply"


def sender_of(sequence: Sequence, lead: Lead) -> str:
    """Of the lead's owner where the sequence says so and there is one who works here; else the sequence's, else the
    default sender."""
    owner = owner_of(lead) if sequence.from_owner else None
    if owner and owner.is_active:
        return _named(owner)
    return sequence.sender or settings.DEFAULT_FROM_EMAIL


def check_sender(value: str) -> None:
    """Raises InvalidEmail: ``value`` is neither an address nor a name with one in angle brackets."""
    _, address = name_and_address(value)
    if not value.isprintable():
        raise InvalidEmail("A sender is one line: Ada King <ada@example.com>.")
    try:
        parse_email(address)
    except InvalidEmail as error:
        raise InvalidEmail(f"“{value}” is not a sender. Example: Ada King <ada@example.com>.") from error


def reply_address(touch: Touch) -> str:
    """REPLY_TO with the touch in it, where REPLY_TO has a place for it; "" where replies go to the sender."""
    return str(settings.REPLY_TO).replace("{token}", reply_token(touch.uuid))


def reply_token(touch: UUID) -> str:
    """Small letters and digits, because mail servers may change the case; 48 of the 64 that a local part may have."""
    return touch.hex + _seal(touch.hex, settings.SECRET_KEY)


def read_reply_token(token: str) -> UUID | None:
    """The touch that the answer is to; None for a token that is not ours."""
    touch, seal = token[:-SEAL].lower(), token[-SEAL:].lower()
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    if len(touch) != 32 or not any(constant_time_compare(_seal(touch, key), seal) for key in keys):
        return None
    return UUID(touch)


def _named(user: User) -> str:
    name = user.get_full_name()
    return f'"{quote(name)}" <{user.email}>' if name else user.email


def _seal(text: str, key: str) -> str:
    return salted_hmac(SALT, text, secret=key, algorithm="sha256").hexdigest()[:SEAL]
