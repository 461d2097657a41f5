"""Accounts: the companies we sell to."""

from typing import Any, Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from crm.accounts.names import name_key
from crm.people.models import Team, User
from crm.people.visibility import OwnedQuerySet, own_or_open
from crm.web.models import Versioned


class AccountQuerySet(OwnedQuerySet):
    def visible_to(self, user: User) -> Self:
        """Besides own and open ones, a rep sees the accounts of their own opportunities."""
        if user.is_manager:
            return self
        return self.filter(
            own_or_open(user) | Q(pk__in=self.model.objects.filter(opportunities__owner=user).values("pk"))
        )


class Account(Versioned):
    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, editable=False, db_index=True)
    domain = models.CharField(max_length=253, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="accounts")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(name="account_domain_is_unique", fields=["domain"], condition=~Q(domain="")),
            models.CheckConstraint(name="account_has_a_name", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.name_key = name_key(self.name)
        super().save(*args, **kwargs)
