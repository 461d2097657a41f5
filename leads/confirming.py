"""The link that confirms an address: signed for this purpose alone, and good for a week."""

from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.urls import reverse

from leads.models import EmailConfirmation

VALID = timedelta(days=7)
_SALT = "leads.confirm"


def confirmation_url(confirmation: EmailConfirmation) -> str:
    token = signing.dumps(confirmation.uuid.hex, salt=_SALT)
    return settings.BASE_URL + reverse("leads:confirm", args=[token])


def confirmation_of(token: str) -> EmailConfirmation | None:
    """None for a link that we did not make, or too long ago."""
    try:
        uuid = signing.loads(token, salt=_SALT, max_age=VALID)
    except signing.BadSignature:
        return None
    return EmailConfirmation.objects.filter(uuid=uuid).first()
