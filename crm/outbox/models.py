"""Mails that the embedded default "sends": kept here and read in the browser."""

from typing import Any, Self

from django.db import models


class StoredEmailQuerySet(models.QuerySet["StoredEmail"]):
    def visible_to(self, user: Any) -> Self:
        """Managers read what prospects get. Mail about accounts, which may hold a password link, is for administrators
        alone: it is what carries no List-Unsubscribe header."""
        if user.is_superuser:
            return self
        return self.filter(headers__has_key="List-Unsubscribe") if user.is_manager else self.none()


class StoredEmail(models.Model):
    message_id = models.CharField(max_length=255, unique=True)
    sender = models.CharField(max_length=320)
    recipients = models.TextField()
    subject = models.CharField(max_length=998)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict)
    sent_at = models.DateTimeField(db_index=True)

    objects = StoredEmailQuerySet.as_manager()

    class Meta:
        ordering = ["-sent_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.recipients}: {self.subject}"
