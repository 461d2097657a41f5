"""Inquiries, kept verbatim for ever, and the forms they come by."""

from django.db import models
from django.db.models import Q
from django.urls import reverse

from crm.campaigns.models import Campaign, Source
from crm.contacts.models import Contact
from crm.web.models import AppendOnly
from leads.models.lead import Lead
from leads.models.question import Question


class InquiryForm(models.Model):
    name = models.CharField(max_length=100)
    slug = models.SlugField(max_length=100, unique=True)
    title = models.CharField(max_length=200)
    intro = models.TextField(blank=True)
    consent_text = models.TextField(blank=True, help_text="Shown beside a box that the prospect may tick.")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="forms")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="forms")
    questions = models.ManyToManyField(Question, through="FormQuestion", related_name="forms")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("leads:form", args=[self.slug])


class FormQuestion(models.Model):
    form = models.ForeignKey(InquiryForm, models.CASCADE, related_name="form_questions")
    question = models.ForeignKey(Question, models.PROTECT, related_name="form_questions")
    position = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="question_once_per_form", fields=["form", "question"])]

    def __str__(self) -> str:
        return str(self.question)


class Channel(models.TextChoices):
    FORM = "form", "Form"
    IMPORT = "import", "Import"
    CALL = "call", "Inbound call"
    EMAIL = "email", "E-mail"
    API = "api", "API"


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
    external_id = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True)
    landing_page = models.TextField(blank=True)
    referrer = models.TextField(blank=True)

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
