"""Inquiry forms: one definition for the public page, the frame in another site and the JSON endpoint."""

import re
from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse

from crm.campaigns.models import Campaign, Source
from crm.fields.models import CustomField
from crm.web.models import AppendOnly
from leads.models.question import Question


class PersonField(models.TextChoices):
    """What a form may ask about the person beside the e-mail address, which every form asks."""

    FIRST_NAME = "first_name", "First name"
    LAST_NAME = "last_name", "Last name"
    PHONE = "phone", "Phone"
    COMPANY = "company", "Company"
    JOB_TITLE = "job_title", "Job title"
    WEBSITE = "website", "Website"
    CITY = "city", "City"
    COUNTRY = "country", "Country"


def usual_fields() -> list[str]:
    return [PersonField.FIRST_NAME, PersonField.LAST_NAME, PersonField.PHONE, PersonField.COMPANY]


SITE = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?(?::[0-9]{1,5})?")


def validate_sites(value: str) -> None:
    """One origin per line: scheme and host, perhaps a port. They go into headers as they are."""
    for line in value.lower().split():
        if not SITE.fullmatch(line):
            raise ValidationError(f"“{line[:80]}” is not a site. Example: https://www.example.com, without a path.")


class InquiryForm(models.Model):
    name = models.CharField(max_length=100, help_text="For you: in lists and reports.")
    slug = models.SlugField("address", max_length=100, unique=True, help_text="The form's address is /f/<this>/.")
    title = models.CharField(max_length=200, help_text="The heading that prospects read.")
    intro = models.TextField("introduction", blank=True, help_text="A sentence or two below the heading.")
    submit_label = models.CharField("button", max_length=40, default="Send", help_text="What the last button says.")
    thanks_text = models.TextField(
        "thanks",
        blank=True,
        default="Your message is here. We will get back to you soon.",
        help_text="After sending, to those who are not qualified (yet).",
    )
    qualified_text = models.TextField(
        "thanks when qualified",
        blank=True,
        default="We have what we need. Choose a time that suits you, and we talk about it.",
        help_text="After sending, to those who qualify; the booking link of their rep is below it.",
    )
    person_fields = models.JSONField("contact details", default=usual_fields, blank=True)
    person_required = models.JSONField("of these needed", default=list, blank=True)
    consent_text = models.TextField(
        blank=True,
        help_text="Shown beside a box that the prospect may tick. Each wording that somebody agreed to is kept as a "
        "version.",
    )
    double_opt_in = models.BooleanField(
        "confirm the e-mail address",
        default=False,
        help_text="A mail with a link goes to the address; until it is confirmed, it gets no marketing mail.",
    )
    proof_of_work = models.BooleanField(
        default=False,
        help_text="The visitor's browser solves a small puzzle (ALTCHA, about a second, nothing to do for people). "
        "Keeps out most robots. The form then needs JavaScript and, on the Internet, HTTPS.",
    )
    allowed_sites = models.TextField(
        blank=True,
        validators=[validate_sites],
        help_text="Sites that may show this form in a frame or post to it, one per line. Example: https://www.example.com",
    )
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="forms")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="forms")
    questions = models.ManyToManyField(Question, through="FormQuestion", related_name="forms")
    active = models.BooleanField(default=True, help_text="Switched off, its address says “not found”.")

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("leads:form", args=[self.slug])

    @property
    def sites(self) -> list[str]:
        """Origins that may frame the form and post to it."""
        return [site for site in self.allowed_sites.lower().split() if SITE.fullmatch(site)]

    @property
    def consent_digest(self) -> str:
        """Tells one wording from another; "" without one."""
        return digest_of(self.consent_text)


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest() if text else ""


class FormStep(models.Model):
    """One page of a form of several. A form without steps is one page."""

    form = models.ForeignKey(InquiryForm, models.CASCADE, related_name="steps")
    title = models.CharField(max_length=100)
    intro = models.CharField("introduction", max_length=300, blank=True)
    asks_contact = models.BooleanField("contact details here", default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(
                name="contact_details_once_per_form", fields=["form"], condition=Q(asks_contact=True)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class FormQuestion(models.Model):
    form = models.ForeignKey(InquiryForm, models.CASCADE, related_name="form_questions")
    step = models.ForeignKey(FormStep, models.SET_NULL, null=True, blank=True, related_name="form_questions")
    question = models.ForeignKey(Question, models.PROTECT, related_name="form_questions")
    position = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField(default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="question_once_per_form", fields=["form", "question"])]

    def __str__(self) -> str:
        return str(self.question)


class FormCustomField(models.Model):
    """A custom field of leads that a form asks with the contact details."""

    form = models.ForeignKey(InquiryForm, models.CASCADE, related_name="form_custom_fields")
    field = models.ForeignKey(
        CustomField, models.PROTECT, related_name="form_rows", limit_choices_to={"record_kind": "lead"}
    )
    position = models.PositiveSmallIntegerField(default=0)
    required = models.BooleanField("needed", default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(name="custom_field_once_per_form", fields=["form", "field"])]

    def __str__(self) -> str:
        return self.field.label


class ConsentText(AppendOnly):
    """A wording that somebody agreed to, for ever. ``version`` counts within the form."""

    form = models.ForeignKey(InquiryForm, models.PROTECT, related_name="consent_versions")
    version = models.PositiveIntegerField(validators=[MinValueValidator(1), MaxValueValidator(100_000)])
    text = models.TextField()
    digest = models.CharField(max_length=64)
    first_used_at = models.DateTimeField()

    class Meta:
        ordering = ["form", "version"]
        constraints = [
            models.UniqueConstraint(name="consent_version_once_per_form", fields=["form", "version"]),
            models.UniqueConstraint(name="consent_wording_once_per_form", fields=["form", "digest"]),
        ]

    def __str__(self) -> str:
        return f"{self.form}, version {self.version}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.digest = digest_of(self.text)
        super().save(*args, **kwargs)


class FormDay(models.Model):
    """How often a form was opened, and begun, on one day, as far as scripts tell. Submissions are counted from the
    inquiries themselves."""

    form = models.ForeignKey(InquiryForm, models.CASCADE, related_name="days")
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)
    starts = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["form", "day"]
        constraints = [models.UniqueConstraint(name="form_day_is_one_row", fields=["form", "day"])]

    def __str__(self) -> str:
        return f"{self.form}, {self.day}"
