"""A key that cannot sign is found when Ripen starts, not with the first mail."""

from typing import Any

import dkim
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from crm.outbox.signing import signature_of

HINT = "DKIM_PRIVATE_KEY, or the file that DKIM_PRIVATE_KEY_FILE names, holds an RSA key in PEM form."
SAMPLE = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\nx\r\n"


@register
def dkim_key_signs(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not settings.DKIM_DOMAIN:
        return []
    try:
        signature_of(SAMPLE)
    except (dkim.DKIMException, ValueError, OSError) as error:
        return [Error(f"Mails cannot be signed for {settings.DKIM_DOMAIN}: {error}", hint=HINT, id="outbox.E001")]
    return []
