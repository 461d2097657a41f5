"""Mails that came to us: answers, out-of-office notes, bounces, and what nobody can be found for."""

from typing import Self

from django.db import models
from django.db.models import Q

from crm.people.models import User
from leads.models import Lead
from nurture.models.mailbox import Mailbox
from nurture.models.touch import Touch


class InboundKind(models.TextChoices):
    REPLY = "reply", "Reply"
    AUTOMATIC = "automatic", "Automatic reply"
    OPT_OUT = "opt_out", "Wants no more mails"
    BOUNCE = "bounce", "Bounce"
    COMPLAINT = "complaint", "Complaint"
    COLLEAGUE = "colleague", "From a colleague"
    UNMATCHED = "unmatched", "From nobody we know"
    UNREADABLE = "unreadable", "Could not be read"


class MatchedBy(models.TextChoices):
    THREAD = "thread", "It answers our mail"
    REPLY_ADDRESS = "address", "It went to our mail's own address"
    SENDER = "sender", "The sender's address"
    HAND = "hand", "By hand"


class InboundMailQuerySet(models.QuerySet["InboundMail"]):
    def to_look_at(self) -> Self:
        return self.filter(kind__in=[InboundKind.UNMATCHED, InboundKind.UNREADABLE], put_aside_at=None)


class InboundMail(models.Model):
    """``digest`` is the same for the same mail, by whichever way and however often it comes. ``text`` is plain; HTML is
    not kept. ``matched_by`` says why it is ``lead``'s."""

    digest = models.CharField(max_length=64, unique=True, editable=False)
    mailbox = models.ForeignKey(Mailbox, models.SET_NULL, null=True, related_name="mails")
    source = models.CharField(max_length=100, help_text="The mailbox or provider it came by.")
    kind = models.CharField(max_length=10, choices=InboundKind, default=InboundKind.UNMATCHED)
    lead = models.ForeignKey(Lead, models.PROTECT, null=True, related_name="inbound_mails")
    touch = models.ForeignKey(Touch, models.PROTECT, null=True, related_name="replies")
    matched_by = models.CharField(max_length=7, choices=MatchedBy, blank=True)
    matched_by_user = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    sender = models.CharField(max_length=320, blank=True)
    sender_name = models.CharField(max_length=200, blank=True)
    recipients = models.TextField(blank=True)
    subject = models.CharField(max_length=998, blank=True)
    text = models.TextField(blank=True)
    own_words = models.TextField(blank=True, help_text="Without what is quoted.")
    attachments = models.TextField(blank=True, help_text="Their names. The files stay in the mailbox.")
    message_id = models.CharField(max_length=998, blank=True)
    written_at = models.DateTimeField(null=True)
    received_at = models.DateTimeField()
    error = models.TextField(blank=True)
    put_aside_at = models.DateTimeField(null=True)

    objects = InboundMailQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.CheckConstraint(name="inbound_kind_is_known", condition=Q(kind__in=InboundKind.values)),
            models.CheckConstraint(
                name="answer_is_somebodys",
                condition=~Q(kind__in=["reply", "automatic", "opt_out"]) | Q(lead__isnull=False),
            ),
            models.CheckConstraint(name="matched_mail_says_why", condition=Q(lead=None) | ~Q(matched_by="")),
        ]
        indexes = [
            models.Index(name="inbound_of_lead", fields=["lead", "-received_at"]),
            models.Index(name="inbound_newest", fields=["-received_at"]),
            models.Index(
                name="inbound_to_look_at",
                fields=["received_at"],
                condition=Q(kind__in=["unmatched", "unreadable"], put_aside_at=None),
            ),
        ]

    def __str__(self) -> str:
        return self.subject or "(no subject)"
