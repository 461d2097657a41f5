"""Proof of work (ALTCHA): the visitor's browser searches a number before the form is taken. Nobody else is asked."""

import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac

from crm.web.throttle import count
from leads.models import InquiryForm

VALID = timedelta(minutes=20)
COST = 1_000  # rounds of PBKDF2 per try
TRIES = 2_000  # at most; half of them on average: about a second in a browser
MAX_PAYLOAD = 4_000  # characters; ours have about 900


def challenge_for(form: InquiryForm) -> dict[str, Any]:
    """For the widget: good for this form, once, for 20 minutes."""
    import altcha

    return altcha.create_challenge(
        algorithm="PBKDF2/SHA-256",
        cost=COST,
        counter=secrets.randbelow(TRIES),
        expires_at=datetime.fromtimestamp(time.time(), UTC) + VALID,
        data={"form": form.slug},
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    ).to_dict()


def problem_with(solution: str, form: InquiryForm) -> str:
    """For a person; "" for a solution of a challenge of this form that is not too old. Whether it was used before is
    asked by ``use``."""
    if not solution:
        return "Please wait until the check against robots is done, then press the button again."
    payload = _solved(solution)
    if payload is None or (payload.challenge.parameters.data or {}).get("form") != form.slug:
        return "The check against robots was too long ago. It runs again now: please press the button once more."
    return ""


def use(solution: str) -> bool:
    """Whether this is the first time; forgotten when the challenge has expired anyway."""
    payload = _solved(solution)
    if payload is None:
        return False
    key = f"ripen:proof:{payload.challenge.signature}"
    return count([key], seconds=int(VALID.total_seconds()) + 60) == [1]


def _solved(solution: str) -> Any:
    """The altcha.Payload, or None. Only what is signed by us and costs no more than ours is worked on."""
    import altcha

    try:
        payload = altcha.Payload.from_base64(solution[:MAX_PAYLOAD])
        result = altcha.verify_solution(payload, _secret("challenge"), hmac_key_secret=_secret("key"))
    except Exception:  # the library raises many kinds for what is made up
        return None
    return payload if result.verified else None


def _secret(purpose: str) -> str:
    return salted_hmac(f"leads.proof.{purpose}", b"", secret=settings.SECRET_KEY, algorithm="sha256").hexdigest()
