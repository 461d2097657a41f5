"""Mailboxes that answers and bounces come to, read over IMAP."""

from datetime import datetime
from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from crm.web.sealing import seal, unseal


class Security(models.TextChoices):
    TLS = "tls", "TLS"
    STARTTLS = "starttls", "STARTTLS"


class MailboxQuerySet(models.QuerySet["Mailbox"]):
    def free(self, now: datetime) -> Self:
        """To be read, and not being read."""
        return self.filter(Q(lease_until=None) | Q(lease_until__lt=now), active=True)


class Mailbox(models.Model):
    """Mails stay where they are, unread as they were. ``last_uid`` is the last that was taken in, of the folder's
    ``uid_validity``; both null until it was read for the first time. ``error`` is for a person, blank while all is
    well."""

    name = models.CharField(max_length=100, unique=True)
    host = models.CharField(max_length=253, help_text="Of the IMAP server, such as imap.example.com.")
    port = models.PositiveIntegerField(default=993, validators=[MinValueValidator(1), MaxValueValidator(65535)])
    security = models.CharField(max_length=8, choices=Security, default=Security.TLS)
    user = models.CharField("user name", max_length=320)
    sealed_password = models.TextField(editable=False)
    folder = models.CharField(max_length=200, default="INBOX")
    active = models.BooleanField(default=True)
    uid_validity = models.BigIntegerField(null=True, editable=False)
    last_uid = models.BigIntegerField(null=True, editable=False)
    checked_at = models.DateTimeField(null=True, editable=False, help_text="When it could last be read.")
    error = models.TextField(blank=True, editable=False)
    failing_since = models.DateTimeField(null=True, editable=False)
    token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)

    objects = MailboxQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "mailboxes"
        constraints = [
            models.CheckConstraint(name="mailbox_security_is_known", condition=Q(security__in=Security.values)),
            models.CheckConstraint(
                name="mailbox_read_has_both_numbers",
                condition=Q(uid_validity=None, last_uid=None) | Q(uid_validity__isnull=False, last_uid__isnull=False),
            ),
            models.CheckConstraint(
                name="failing_mailbox_says_why", condition=Q(error="", failing_since=None) | ~Q(error="")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def password(self) -> str:
        """Raises SealBroken."""
        return unseal(self.sealed_password)

    @password.setter
    def password(self, text: str) -> None:
        self.sealed_password = seal(text)
