"""What a user is told: in the bell of every page, and by e-mail where they want that."""

from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Count, IntegerField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from crm.people.models import User


class NoticeKind(models.TextChoices):
    LEAD = "lead", "Lead"
    HANDED_OVER = "handover", "Handed over"
    REPLY = "reply", "Reply"
    TROUBLE = "trouble", "Trouble"


class NoticeQuerySet(models.QuerySet["Notice"]):
    def unread(self) -> Self:
        return self.filter(read_at=None)

    def to_mail(self) -> Self:
        return self.filter(by_mail=True, mailed_at=None)


class Notice(models.Model):
    """``key`` is what it is about: a user is told of it once, however often that is said. ``url`` is a path of ours.
    ``mailed_at`` is claimed before the mail goes out."""

    user = models.ForeignKey("people.User", models.CASCADE, related_name="notices", db_index=False)
    key = models.CharField(max_length=100)
    kind = models.CharField(max_length=10, choices=NoticeKind)
    title = models.CharField(max_length=250)
    body = models.CharField(max_length=500, blank=True)
    url = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    by_mail = models.BooleanField(default=True)
    mailed_at = models.DateTimeField(null=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-pk"]
        constraints = [
            models.UniqueConstraint(name="told_once", fields=["user", "key"]),
            models.CheckConstraint(name="notice_kind_is_known", condition=Q(kind__in=NoticeKind.values)),
            models.CheckConstraint(
                name="notice_leads_to_a_page_of_ours", condition=Q(url__startswith="/") & ~Q(url__startswith="//")
            ),
        ]
        indexes = [
            models.Index(name="notice_newest", fields=["user", "-at"]),
            models.Index(name="notice_unread", fields=["user"], condition=Q(read_at=None)),
            models.Index(name="notice_to_mail", fields=["at"], condition=Q(by_mail=True, mailed_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


def with_unread(users: "models.QuerySet[User]") -> "models.QuerySet[User]":
    """With ``unread_notices``, how many each has not read: counted along with reading the user."""
    unread: Any = Notice.objects.unread().filter(user=OuterRef("pk")).order_by()
    counted = unread.values("user").annotate(count=Count("pk")).values("count")
    told = Coalesce(Subquery(counted, output_field=IntegerField()), 0)
    return users.annotate(unread_notices=told)  # type: ignore[no-redef] # in place of the class's 0
