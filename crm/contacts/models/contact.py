"""Contacts: the people at an account."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.accounts.models import Account
from crm.people.emails import email_key
from crm.people.models import Team, User
from crm.people.visibility import OwnedQuerySet, own_or_open
from crm.web.models import Versioned


class ContactQuerySet(OwnedQuerySet):
    def visible_to(self, user: User) -> Self:
        """Besides own and open ones, a rep sees the people of the accounts they see."""
        if user.is_manager:
            return self
        return self.filter(own_or_open(user) | Q(account__in=Account.objects.visible_to(user)))


class Contact(Versioned):
    account = models.ForeignKey(Account, models.PROTECT, related_name="contacts")
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    phone = models.CharField(max_length=40, blank=True, db_index=True)
    time_zone = models.CharField(max_length=64, blank=True)
    email_opt_out = models.BooleanField(default=False)
    do_not_call = models.BooleanField(default=False)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="contacts")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["last_name", "first_name"]
        constraints = [
            models.UniqueConstraint(name="contact_email_is_unique", fields=["email_key"], condition=~Q(email_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.email or f"Contact {self.pk}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email_key = email_key(self.email)
        super().save(*args, **kwargs)
