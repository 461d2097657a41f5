"""What we remember of a form that was opened: when, from where, and which consent text was shown. The page carries it
signed, so that nothing is stored for somebody who only looks, and no cookie is needed in another site's frame."""

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.conf import settings
from django.core import signing

from leads.models import InquiryForm, Via

VALID_SECONDS = 86_400
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content")
MAX_ADDRESS, MAX_UTM, MAX_VISITOR = 2_000, 200, 36
_SALT = "leads.form"


class NotOpened(Exception):
    """The form was not opened here, too long ago, or a moment ago; the message is for a person."""


@dataclass(frozen=True)
class Opening:
    """``at``: seconds since 1970. ``lead``: whose signed link opened the form, if it was one."""

    form: int
    at: float
    via: str = Via.PAGE
    consent: str = ""
    landing_page: str = ""
    referrer: str = ""
    utm: Mapping[str, str] = field(default_factory=dict)
    visitor: str = ""
    lead: int | None = None

    @property
    def token(self) -> str:
        return signing.dumps(asdict(self), salt=_SALT, compress=True)


def open_form(form: InquiryForm, *, told: Mapping[str, Any], **known: Any) -> Opening:
    """``told``: what an address says of the page that shows the form: ``page``, ``referrer``, ``utm_source`` ...,
    ``visitor``. Cut to what is kept."""
    known["landing_page"] = _text(told.get("page"), MAX_ADDRESS) or _text(known.get("landing_page"), MAX_ADDRESS)
    known["referrer"] = _text(told.get("referrer"), MAX_ADDRESS) or _text(known.get("referrer"), MAX_ADDRESS)
    utm = {name: text for name in UTM if (text := _text(told.get(name), MAX_UTM))}
    visitor = _text(told.get("visitor"), MAX_VISITOR)
    consent = form.consent_digest[:16]
    return Opening(form=form.pk, at=time.time(), consent=consent, utm=utm, visitor=visitor, **known)


def opening_of(token: str, form: InquiryForm) -> Opening | None:
    """None for one that we did not make for this form. It may be old: see ``check``."""
    try:
        opening = Opening(**signing.loads(token, salt=_SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return opening if opening.form == form.pk else None


def check(opening: Opening | None) -> None:
    """Raises NotOpened where a person would not have sent the form. They need only press the button again."""
    if opening is None or time.time() - opening.at > VALID_SECONDS:
        raise NotOpened("This page was open for long. Please press the button once more: nothing you typed is lost.")
    if time.time() - opening.at < settings.FORM_MIN_SECONDS:
        raise NotOpened("That was quick. Please look at what you typed and press the button once more.")


def _text(value: Any, limit: int) -> str:
    """One line without control characters."""
    return "".join(c for c in value[:limit] if c.isprintable()) if isinstance(value, str) else ""
