"""Further addresses and numbers of a contact, and where they worked before."""

from django.db import models
from django.db.models import F, Q

from crm.accounts.models import Account
from crm.contacts.models.contact import AddressKind, Contact


class Medium(models.TextChoices):
    EMAIL = "email", "E-mail"
    PHONE = "phone", "Phone"


class ContactAddress(models.Model):
    """Besides the primary one. ``key``: what look-ups go by, the normalized address or the E.164 number."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="addresses")
    medium = models.CharField(max_length=5, choices=Medium)
    kind = models.CharField(max_length=10, choices=AddressKind, default=AddressKind.WORK)
    value = models.CharField(max_length=254)
    key = models.CharField(max_length=254, editable=False)

    class Meta:
        ordering = ["medium", "pk"]
        constraints = [
            models.CheckConstraint(name="contact_address_is_not_empty", condition=~Q(value="") & ~Q(key="")),
            models.CheckConstraint(name="contact_address_medium_is_known", condition=Q(medium__in=Medium.values)),
            models.UniqueConstraint(name="contact_address_once", fields=["contact", "medium", "key"]),
            models.UniqueConstraint(name="further_email_is_one_contacts", fields=["key"], condition=Q(medium="email")),
        ]
        indexes = [models.Index(name="contact_address_key", fields=["key", "medium"])]

    def __str__(self) -> str:
        return self.value


class PastEmployment(models.Model):
    """The account that a contact left; the present one is ``Contact.account``, so there is never more than one."""

    contact = models.ForeignKey(Contact, models.CASCADE, related_name="past_employments")
    account = models.ForeignKey(Account, models.PROTECT, related_name="past_employments")
    job_title = models.CharField(max_length=100, blank=True)
    since = models.DateField(null=True, blank=True)
    until = models.DateField()

    class Meta:
        ordering = ["-until", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="employment_ends_after_it_starts", condition=Q(since=None) | Q(until__gte=F("since"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} at {self.account} until {self.until}"
