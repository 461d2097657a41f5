"""Who works with Ripen: users, their teams and territories, and the company they work for."""

import zoneinfo
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from crm.people.branding import COLOR, place_of_logo, validate_color, validate_logo_name, validate_logo_size
from crm.people.emails import normalize_email
from crm.people.exchange import ExchangeRate as ExchangeRate
from crm.people.hours import Absence as Absence
from crm.people.hours import FreeDay as FreeDay
from crm.people.hours import WorkingHours as WorkingHours
from crm.people.notices import Notice as Notice
from crm.people.notices import NoticeKind as NoticeKind
from crm.people.periods import Period
from crm.people.territory_matches import TerritoryMatch as TerritoryMatch
from crm.web.holding import kept

REGION_HELP = "For public holidays, by its code, such as BY in Germany; empty: those of the whole country."


def validate_zone(value: str) -> None:
    if value not in zoneinfo.available_timezones():
        raise ValidationError(f"“{value}” is not a time zone. Example: Europe/Berlin.")


class Company(models.Model):
    """The company that uses Ripen: one row. Its postal address is in every marketing mail."""

    name = models.CharField(max_length=200, default="Our company")
    postal_address = models.TextField(default="", blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    country = models.CharField(max_length=2, default="US", help_text="ISO 3166 code: default for phone numbers.")
    region = models.CharField(max_length=20, blank=True, help_text=REGION_HELP)
    currency = models.CharField(max_length=3, default="USD", help_text="ISO 4217 code.")
    color = models.CharField(
        max_length=7, default=COLOR, validators=[validate_color], help_text="Of buttons and links in mails: #1d5fd1."
    )
    logo = models.ImageField(
        upload_to=place_of_logo,
        blank=True,
        validators=[validate_logo_name, validate_logo_size],
        help_text="On top of mails: PNG, JPEG or GIF. It is shown 160 pixels wide: twice that looks sharp.",
    )

    class Meta:
        verbose_name_plural = "company"
        constraints = [models.CheckConstraint(name="company_is_one_row", condition=Q(pk=1))]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.pk = 1
        super().save(*args, **kwargs)

    @classmethod
    @kept("people_company")
    def current(cls) -> Self:
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.time_zone)

    def day(self, at: datetime) -> date:
        """Which day that moment is where the company is."""
        return at.astimezone(self.zone).date()


class Team(models.Model):
    name = models.CharField(max_length=100, unique=True)
    manager = models.ForeignKey(
        "people.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="managed_teams",
        help_text="Is told of leads that nobody accepts in time; empty: all sales managers are.",
    )
    country = models.CharField(max_length=2, blank=True, help_text="For public holidays; empty: the company's.")
    region = models.CharField(max_length=20, blank=True, help_text=REGION_HELP)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    REP = "rep", "Sales rep"
    SALES_MANAGER = "sales_manager", "Sales manager"
    MARKETING_MANAGER = "marketing_manager", "Marketing manager"
    ADMINISTRATOR = "administrator", "Administrator"


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, **(fields | {"role": Role.ADMINISTRATOR}))

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email__iexact=username)


class User(AbstractBaseUser, PermissionsMixin):
    """Logs in with an e-mail address; the role decides what the user may do (``crm.people.roles``)."""

    email = models.EmailField(unique=True)
    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    role = models.CharField(max_length=20, choices=Role, default=Role.REP)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="members")
    phone = models.CharField(max_length=40, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[validate_zone])
    country = models.CharField(max_length=2, blank=True, help_text="For public holidays; empty: the team's.")
    region = models.CharField(max_length=20, blank=True, help_text=REGION_HELP)
    leads_per_day = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Routing gives no more new leads in a day than this; empty: any number."
    )
    booking_link = models.URLField(blank=True, help_text="Where a qualified prospect books a meeting.")
    notices_by_mail = models.BooleanField(
        default=True, help_text="What the bell tells is mailed too. Each user switches it on the page of the bell."
    )
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)

    objects: ClassVar[UserManager] = UserManager()

    # Set by LoginBackend, for pages.
    unread_notices = 0

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        ordering = ["first_name", "last_name", "email"]
        constraints = [
            models.CheckConstraint(name="user_role_is_known", condition=Q(role__in=Role.values)),
        ]

    def __str__(self) -> str:
        return self.get_full_name() or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.email = normalize_email(self.email)
        self.is_superuser = self.role == Role.ADMINISTRATOR
        super().save(*args, **kwargs)

    def get_full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self) -> str:
        return self.first_name or self.email

    @property
    def is_staff(self) -> bool:
        """May open the admin."""
        return self.role in {Role.MARKETING_MANAGER, Role.ADMINISTRATOR}

    @property
    def is_manager(self) -> bool:
        """Sees every record, not only own and open ones."""
        return self.role != Role.REP

    @cached_property
    def colleagues(self) -> list["User"]:
        """All who are active, by name, oneself too: read once for a page that offers people in several places."""
        return list(User.objects.filter(is_active=True))


class Territory(models.Model):
    """A part of the market with the reps who own it over time. An address is in the first one, by position, of whose
    matches one fits (``crm.people.territories``)."""

    name = models.CharField(max_length=100, unique=True)
    position = models.PositiveSmallIntegerField(default=0, help_text="The first that fits an address has it.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "territories"

    def __str__(self) -> str:
        return self.name


class TerritoryOwner(models.Model):
    territory = models.ForeignKey(Territory, models.CASCADE, related_name="owners")
    user = models.ForeignKey(User, models.PROTECT, related_name="territories")
    since = models.DateField()
    until = models.DateField(null=True, blank=True, help_text="Exclusive; empty while the rep owns it.")

    class Meta:
        ordering = ["territory", "since"]
        constraints = [
            models.UniqueConstraint(
                name="one_current_ownership_per_user_and_territory",
                fields=["territory", "user"],
                condition=Q(until=None),
            ),
            models.CheckConstraint(
                name="territory_ownership_ends_after_it_starts",
                condition=Q(until=None) | Q(until__gt=F("since")),
                violation_error_message="It ends before it begins.",
            ),
            models.UniqueConstraint(name="ownership_starts_once", fields=["territory", "user", "since"]),
        ]

    def __str__(self) -> str:
        return f"{self.territory}: {self.user}"


class Quota(models.Model):
    """What a rep is to win from ``starts_on`` until ``ends_on`` (exclusive). No two of a rep overlap: the database says
    so too, by an exclusion constraint or a trigger (migration 0002)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="quotas")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text="The first day after it.")
    amount = models.DecimalField(max_digits=14, decimal_places=2)
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.UniqueConstraint(name="one_quota_per_user_and_start", fields=["user", "starts_on"]),
            models.CheckConstraint(name="quota_ends_after_it_starts", condition=Q(ends_on__gt=F("starts_on"))),
            models.CheckConstraint(name="quota_is_more_than_nothing", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.period_label}"

    def clean(self) -> None:
        if not (self.user_id and self.starts_on and self.ends_on):
            return
        others = Quota.objects.filter(user=self.user_id).exclude(pk=self.pk)
        other = others.filter(starts_on__lt=self.ends_on, ends_on__gt=self.starts_on).first()
        if other is not None:
            raise ValidationError(f"{self.user} has a quota for {other.period_label} already.")

    @property
    def period(self) -> Period | None:
        """The month or quarter; None where the dates are neither."""
        return Period.between(self.starts_on, self.ends_on)

    @property
    def period_label(self) -> str:
        return str(self.period or f"{self.starts_on} to {self.ends_on - timedelta(days=1)}")
