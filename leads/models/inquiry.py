"""Inquiries, kept verbatim for ever."""

from django.db import models
from django.db.models import Q

from crm.campaigns.models import Campaign, Source
from crm.contacts.models import Contact
from crm.web.models import AppendOnly
from leads.models.form import ConsentText, InquiryForm
from leads.models.lead import Lead


class Channel(models.TextChoices):
    FORM = "form", "Form"
    IMPORT = "import", "Import"
    CALL = "call", "Inbound call"
    EMAIL = "email", "E-mail"
    API = "api", "API"


class Via(models.TextChoices):
    PAGE = "page", "Our page"
    FRAME = "frame", "Frame in another site"
    JSON = "json", "JSON"


class Inquiry(AppendOnly):
    """``payload`` is what was submitted, word for word. ``external_id`` makes an import repeatable."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="inquiries")
    contact = models.ForeignKey(Contact, models.SET_NULL, null=True, related_name="inquiries")
    form = models.ForeignKey(InquiryForm, models.PROTECT, null=True, related_name="inquiries")
    channel = models.CharField(max_length=10, choices=Channel)
    payload = models.JSONField()
    received_at = models.DateTimeField()
    source = models.ForeignKey(Source, models.PROTECT, null=True, related_name="inquiries")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, related_name="inquiries")
    consent_text = models.TextField(blank=True, help_text="The text agreed to; empty where none was.")
    consent = models.ForeignKey(
        ConsentText, models.PROTECT, null=True, related_name="inquiries", help_text="Its version; given by ``ip``."
    )
    external_id = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True)
    via = models.CharField(max_length=5, choices=Via, blank=True)
    landing_page = models.TextField(blank=True)
    referrer = models.TextField(blank=True)
    utm = models.JSONField(default=dict, blank=True, help_text="utm_source and the others of the page's address.")

    class Meta:
        ordering = ["received_at", "pk"]
        verbose_name_plural = "inquiries"
        constraints = [
            models.UniqueConstraint(
                name="inquiry_external_id_is_unique", fields=["external_id"], condition=~Q(external_id="")
            ),
        ]
        indexes = [models.Index(name="inquiry_received", fields=["received_at"])]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.received_at:%Y-%m-%d}"
