"""Links that say who comes by them: only from a mail that we sent to the person's own address. A form opened by one
asks only what we do not know yet. Whoever types an address into a form learns nothing by it, whatever we know."""

from urllib.parse import urlencode

from django.conf import settings
from django.core import signing

from leads.models import InquiryForm, Lead

PARAMETER = "for"
VALID_SECONDS = 30 * 86_400
_SALT = "leads.known"


def personal_url(form: InquiryForm, lead: Lead) -> str:
    """For a mail to the lead's own address and nowhere else."""
    token = signing.dumps([lead.pk, lead.email_key], salt=_SALT)
    return f"{settings.BASE_URL}{form.get_absolute_url()}?{urlencode({PARAMETER: token})}"


def known_lead(token: str) -> Lead | None:
    """None for a link that is made up, too old, or for an address that is no longer the lead's: then the form asks
    everything, as it asks everybody."""
    try:
        pk, email_key = signing.loads(token, salt=_SALT, max_age=VALID_SECONDS)
    except (signing.BadSignature, TypeError, ValueError):
        return None
    lead = live_lead(pk)
    return lead if lead and lead.email_key == email_key else None


def live_lead(pk: int | None) -> Lead | None:
    """The lead, or the one it was merged into."""
    lead = Lead.objects.select_related("merged_into").filter(pk=pk).first() if pk else None
    return live_lead(lead.merged_into_id) if lead and lead.merged_into_id else lead
