"""Where the links in mails lead: stored here, so that no request can say it."""

import uuid
from pathlib import PurePath

from django.db import models
from django.db.models import Q

from nurture.models.step import Step

MAX_TARGET = 2_000
MAX_NAME = 150


def place_of(attachment: "Attachment", name: str) -> str:
    """A name that nobody can guess and that no upload chooses."""
    return f"attachments/{uuid.uuid4().hex}{PurePath(name).suffix.lower()[:10]}"


class Attachment(models.Model):
    """A file that a mail offers by a link. New versions of a sequence share the file: it is never overwritten."""

    step = models.ForeignKey(Step, models.CASCADE, related_name="attachments")
    file = models.FileField(upload_to=place_of)
    name = models.CharField(max_length=MAX_NAME, help_text="As people will see it, such as Price list.pdf.")
    size = models.PositiveIntegerField(editable=False, help_text="In bytes.")

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(name="attachment_is_not_empty", condition=Q(size__gt=0) & ~Q(name=""))]

    def __str__(self) -> str:
        return self.name


class TrackedLink(models.Model):
    """An address that a mail links to. One row, however many mails have it."""

    target = models.CharField(max_length=MAX_TARGET, unique=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="tracked_link_leads_to_a_page",
                condition=Q(target__startswith="https://") | Q(target__startswith="http://"),
            )
        ]

    def __str__(self) -> str:
        return self.target
