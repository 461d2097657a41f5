"""Accounts: the companies we sell to."""

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from crm.accounts.names import name_key
from crm.people.models import Team, User
from crm.people.visibility import OwnedQuerySet, own_or_open
from crm.web.models import Versioned
from crm.web.searching import Searchable


class AccountQuerySet(OwnedQuerySet):
    def live(self) -> Self:
        """Without the tombstones that merges leave."""
        return self.filter(merged_into=None)

    def visible_to(self, user: User) -> Self:
        """Besides own and open ones, a rep sees the accounts of their own opportunities; nobody sees tombstones."""
        if user.is_manager:
            return self.live()
        return self.live().filter(
            own_or_open(user) | Q(pk__in=self.model.objects.filter(opportunities__owner=user).values("pk"))
        )


class Account(Searchable, Versioned):
    """``parent``: the company that this one belongs to; ``crm.accounts.services.family`` keeps cycles out. The address
    is the head office's; further ones are ``AccountAddress``."""

    SEARCHED = ("name", "domain", "city")

    name = models.CharField(max_length=200)
    name_key = models.CharField(max_length=200, editable=False, db_index=True)
    name_key_backwards = models.CharField(max_length=200, editable=False, blank=True, default="", db_index=True)
    domain = models.CharField(max_length=253, blank=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="children")
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
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                name="account_domain_is_unique", fields=["domain"], condition=~Q(domain="") & Q(merged_into=None)
            ),
            models.CheckConstraint(name="account_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="account_is_not_its_own_parent", condition=Q(parent=None) | ~Q(parent=F("pk"))),
            models.CheckConstraint(
                name="account_is_not_merged_into_itself", condition=Q(merged_into=None) | ~Q(merged_into=F("pk"))
            ),
        ]
        indexes = [models.Index(name="account_domain", fields=["domain"])]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "name_key", "name_key_backwards"}
        super().save(*args, update_fields=update_fields, **kwargs)

    def fill_in(self) -> None:
        super().fill_in()
        self.name_key = name_key(self.name)
        self.name_key_backwards = self.name_key[::-1]

    def get_absolute_url(self) -> str:
        return reverse("accounts:detail", args=[self.pk])


class AddressKind(models.TextChoices):
    OFFICE = "office", "Office"
    BILLING = "billing", "Billing"
    DELIVERY = "delivery", "Delivery"
    OTHER = "other", "Other"


class AccountAddress(models.Model):
    """Besides the head office."""

    account = models.ForeignKey(Account, models.CASCADE, related_name="addresses")
    kind = models.CharField(max_length=10, choices=AddressKind, default=AddressKind.OFFICE)
    street = models.CharField(max_length=200, blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True)

    class Meta:
        ordering = ["kind", "pk"]
        verbose_name_plural = "addresses"
        constraints = [
            models.CheckConstraint(name="address_is_somewhere", condition=~Q(street="") | ~Q(city="")),
            models.CheckConstraint(name="address_kind_is_known", condition=Q(kind__in=AddressKind.values)),
        ]

    def __str__(self) -> str:
        place = f"{self.postcode} {self.city}".strip()
        return ", ".join(part for part in (self.street, place, self.region, self.country) if part)
