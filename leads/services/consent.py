"""Consent texts as somebody agreed to them, and addresses that are asked whether they agree."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from crm.web.holding import kept
from leads.models import ConsentText, EmailConfirmation, Inquiry, InquiryForm, Lead
from leads.models.form import digest_of

# To one address, whatever form it was typed into and by whom: nobody can use us to fill a mailbox.
PER_DAY = 3
PAUSE = timedelta(minutes=10)


def consent_version(*, form: InquiryForm, text: str, now: datetime) -> ConsentText:
    """The version of this wording, which gets the next number when somebody agrees to it for the first time."""
    if known := _known_version(form.pk, digest_of(text)):
        return known
    with transaction.atomic():
        InquiryForm.objects.select_for_update().get(pk=form.pk)
        newest = form.consent_versions.aggregate(newest=Max("version"))["newest"] or 0
        version, _ = ConsentText.objects.get_or_create(
            form=form, digest=digest_of(text), defaults={"text": text, "version": newest + 1, "first_used_at": now}
        )
    return version


@kept("leads_consenttext")
def _known_version(form_id: int, digest: str) -> ConsentText | None:
    return ConsentText.objects.filter(form=form_id, digest=digest).first()


def ask_to_confirm(*, lead: Lead, inquiry: Inquiry, now: datetime) -> EmailConfirmation | None:
    """A mail is to ask the lead's address; None where it is known to be theirs, was asked a moment ago or often enough
    today. The caller holds the lead's lock, which many posts of one address at once wait for."""
    if not lead.email_unconfirmed or lead.email_opt_out:
        return None
    asked = EmailConfirmation.objects.filter(email_key=lead.email_key, asked_at__gt=now - timedelta(days=1))
    times = list(asked.values_list("asked_at", flat=True))
    if len(times) >= PER_DAY or any(at > now - PAUSE for at in times):
        return None
    return EmailConfirmation.objects.create(
        lead=lead, inquiry=inquiry, email=lead.email, email_key=lead.email_key, asked_at=now
    )


@transaction.atomic
def confirm_email(*, confirmation: EmailConfirmation, now: datetime, ip: str | None) -> None:
    """Whoever reads the mail pressed the button. Repeating it changes nothing."""
    fresh = EmailConfirmation.objects.filter(pk=confirmation.pk, confirmed_at=None).update(confirmed_at=now, ip=ip)
    if fresh:
        lead = Lead.objects.lock_live(confirmation.lead_id)
        Lead.objects.filter(pk=lead.pk, email_key=confirmation.email_key).update(email_unconfirmed=False)
