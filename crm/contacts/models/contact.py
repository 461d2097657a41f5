"""Contacts: the people at an account."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from crm.accounts.models import Account
from crm.people.emails import email_key
from crm.people.models import Team, User
from crm.people.visibility import OwnedQuerySet, own_or_open
from crm.web.models import Versioned
from crm.web.searching import Searchable, fold


class AddressKind(models.TextChoices):
    WORK = "work", "Work"
    MOBILE = "mobile", "Mobile"
    PRIVATE = "private", "Private"
    OTHER = "other", "Other"


class ContactQuerySet(OwnedQuerySet):
    def live(self) -> Self:
        """Without the tombstones that merges leave."""
        return self.filter(merged_into=None)

    def visible_to(self, user: User) -> Self:
        """Besides own and open ones, a rep sees the people of the accounts they see; nobody sees tombstones."""
        if user.is_manager:
            return self.live()
        return self.live().filter(own_or_open(user) | Q(account__in=Account.objects.visible_to(user)))

    def with_email(self, key: str) -> Self:
        """Who can be reached there, whether it is the primary address or another one; ``key`` by ``email_key``."""
        return self._at(Q(email_key=key), "email", key)

    def with_phone(self, number: str) -> Self:
        """``number`` in E.164."""
        return self._at(Q(phone=number), "phone", number)

    def _at(self, primary: Q, medium: str, key: str) -> Self:
        if not key:
            return self.none()
        primaries = self.model.objects.filter(primary, merged_into=None).values("pk").order_by()
        others = self.model.objects.filter(addresses__medium=medium, addresses__key=key, merged_into=None)
        return self.filter(pk__in=primaries.union(others.values("pk").order_by()))


class Contact(Searchable, Versioned):
    """At one account at a time: ``account``; where they were before is ``PastEmployment``. ``email`` and ``phone`` are
    the primary ones, further ones are ``ContactAddress``."""

    SEARCHED = ("first_name", "last_name", "job_title", "email", "phone")

    account = models.ForeignKey(Account, models.PROTECT, related_name="contacts")
    since = models.DateField("at the account since", null=True, blank=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    email = models.EmailField("e-mail", blank=True)
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    email_kind = models.CharField("kind of e-mail", max_length=10, choices=AddressKind, default=AddressKind.WORK)
    phone = models.CharField(max_length=40, blank=True, db_index=True)
    phone_kind = models.CharField("kind of phone", max_length=10, choices=AddressKind, default=AddressKind.WORK)
    time_zone = models.CharField(max_length=64, blank=True)
    email_opt_out = models.BooleanField(default=False)
    do_not_call = models.BooleanField(default=False)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="contacts")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name"]
        constraints = [
            models.UniqueConstraint(
                name="contact_email_is_unique",
                fields=["email_key"],
                condition=~Q(email_key="") & Q(merged_into=None),
            ),
            models.CheckConstraint(
                name="contact_is_not_merged_into_itself", condition=Q(merged_into=None) | ~Q(merged_into=F("pk"))
            ),
        ]
        indexes = [models.Index(name="contact_email_key", fields=["email_key"])]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or f"Contact {self.pk}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "email" in update_fields:
            update_fields = {*update_fields, "email_key"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def fill_in(self) -> None:
        super().fill_in()
        self.email_key = email_key(self.email)

    def folded(self) -> str:
        """With the further addresses, where the contact can have some already."""
        others = "" if self._state.adding else " ".join(self.addresses.values_list("value", flat=True))
        return f"{super().folded()} {fold(others)}".strip()

    def get_absolute_url(self) -> str:
        return reverse("contacts:detail", args=[self.pk])
