"""The lead: a person whom we may sell to and who is not yet a contact of an account."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self
from zoneinfo import ZoneInfo

from django.db import models, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from crm.campaigns.models import Campaign, Path, Source
from crm.people.emails import email_key
from crm.people.models import Company, Team, User
from crm.people.visibility import OwnedQuerySet
from crm.web import quick
from crm.web.models import Versioned
from crm.web.searching import Searchable
from leads.duplicates.text import code, company_key, given_code

if TYPE_CHECKING:
    from leads.clocks import Clock


class Stage(models.TextChoices):
    UNQUALIFIED = "unqualified", "Unqualified"
    MQL = "mql", "Marketing-qualified"
    SAL = "sal", "Sales-accepted"
    SQL = "sql", "Sales-qualified"
    CONVERTED = "converted", "Converted"
    DISQUALIFIED = "disqualified", "Disqualified"


OPEN_STAGES = (Stage.UNQUALIFIED, Stage.MQL, Stage.SAL, Stage.SQL)
SALES_STAGES = (Stage.MQL, Stage.SAL, Stage.SQL, Stage.CONVERTED)
# Where the lead says when it was first in a stage.
FIRST_TIMES: dict[str, str] = {Stage.MQL: "mql_at", Stage.SAL: "sal_at", Stage.SQL: "sql_at"}

# The life of a lead: every other move is refused by ``leads.services.lifecycle``.
ALLOWED_MOVES: dict[str, set[str]] = {
    Stage.UNQUALIFIED: {Stage.MQL, Stage.SAL, Stage.DISQUALIFIED},
    Stage.MQL: {Stage.SAL, Stage.UNQUALIFIED, Stage.DISQUALIFIED},
    Stage.SAL: {Stage.SQL, Stage.UNQUALIFIED, Stage.DISQUALIFIED},
    Stage.SQL: {Stage.CONVERTED, Stage.DISQUALIFIED},
    Stage.CONVERTED: set(),
    Stage.DISQUALIFIED: {Stage.UNQUALIFIED},
}


# What look-ups go by: field, what it is made from, and how.
KEYS: dict[str, tuple[str, Callable[[str], str]]] = {
    "email_key": ("email", email_key),
    "given_code": ("first_name", given_code),
    "family_code": ("last_name", code),
    "company_key": ("company", company_key),
}


class LeadQuerySet(OwnedQuerySet):
    def live(self) -> Self:
        """Without the tombstones that merges leave."""
        return self.filter(merged_into=None)

    def open(self) -> Self:
        return self.live().filter(stage__in=OPEN_STAGES)

    def awaiting_acceptance(self) -> Self:
        return self.live().filter(stage=Stage.MQL)

    def past_sla(self, now: datetime) -> Self:
        return self.filter(accept_by__lt=now)

    def in_the_queue(self) -> Self:
        """Qualified, and nobody's yet."""
        return self.awaiting_acceptance().filter(owner=None)

    def unqualified(self) -> Self:
        return self.live().filter(stage=Stage.UNQUALIFIED)

    def same_person(self, lead: "Lead") -> Self:
        """The lead and the tombstones that were merged into it, whose own history stays with them."""
        return self.filter(Q(pk=lead.pk) | Q(merged_into=lead))

    def lock(self, pk: int) -> "Lead":
        """Fresh, and locked for the rest of the transaction, which there must be. Raises Lead.DoesNotExist."""
        if not transaction.get_connection().in_atomic_block:
            raise transaction.TransactionManagementError("A lock ends with its transaction: begin one.")
        return quick.instance_of(self.model, *quick.run([quick.locking(self.model, pk)]))

    def lock_live(self, pk: int) -> "Lead":
        """As ``lock``, the lead or the one it was merged into."""
        lead = self.lock(pk)
        return lead if lead.merged_into_id is None else self.lock_live(lead.merged_into_id)


class Lead(Searchable, Versioned):
    SEARCHED = ("first_name", "last_name", "company", "email", "phone", "city")

    first_name = models.CharField(max_length=100, blank=True)
    last_name = models.CharField(max_length=100, blank=True)
    company = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    email = models.EmailField(blank=True)
    email_key = models.CharField(max_length=254, blank=True, editable=False)
    given_code = models.CharField(max_length=20, blank=True, editable=False)
    family_code = models.CharField(max_length=20, blank=True, editable=False)
    company_key = models.CharField(max_length=200, blank=True, editable=False)
    phone = models.CharField(max_length=40, blank=True, help_text="E.164")
    website = models.URLField(blank=True)
    postcode = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True, help_text="State, province or county.")
    country = models.CharField(max_length=2, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True, related_name="leads")
    campaign = models.ForeignKey(Campaign, models.PROTECT, null=True, blank=True, related_name="leads")

    stage = models.CharField(max_length=20, choices=Stage, default=Stage.UNQUALIFIED, editable=False)
    stage_changed_at = models.DateTimeField(editable=False)
    path = models.CharField(max_length=20, choices=Path, blank=True, editable=False)
    reached_sales_at = models.DateTimeField(null=True, blank=True, editable=False)
    mql_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="First time, kept for ever.")
    sal_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="First time, kept for ever.")
    sql_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="First time, kept for ever.")
    score = models.IntegerField(default=0, editable=False)
    decide_again_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When time alone may change the decision or the score."
    )
    owner = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="leads", db_index=False)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="leads")
    accept_by = models.DateTimeField(null=True, blank=True, editable=False)
    reassign_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="Then a colleague gets it.")
    queued_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Since when it waits for a rule that finds somebody."
    )

    first_inquiry_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_inquiry_at = models.DateTimeField(null=True, blank=True, editable=False)
    touched_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="First nurture touch or call.")
    engaged_at = models.DateTimeField(null=True, blank=True, editable=False, help_text="First two-way contact.")
    email_opt_out = models.BooleanField(default=False, editable=False)
    do_not_call = models.BooleanField(default=False, editable=False)
    email_unconfirmed = models.BooleanField(
        default=False, editable=False, help_text="Asked to confirm the address, and has not: no marketing mail."
    )
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = LeadQuerySet.as_manager()

    # Set by leads.clocks, for pages.
    clock: "Clock | None" = None

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                name="one_live_lead_per_email",
                fields=["email_key"],
                condition=Q(merged_into=None) & ~Q(email_key=""),
            ),
            models.CheckConstraint(name="lead_stage_is_known", condition=Q(stage__in=Stage.values)),
            models.CheckConstraint(name="lead_path_is_known", condition=Q(path__in=["", *Path.values])),
            models.CheckConstraint(
                name="lead_path_is_set_when_it_reaches_sales",
                condition=Q(path="", reached_sales_at=None) | (~Q(path="") & Q(reached_sales_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="lead_with_sales_has_a_path", condition=~Q(stage__in=SALES_STAGES) | ~Q(path="")
            ),
            models.CheckConstraint(
                name="lead_is_not_merged_into_itself",
                condition=Q(merged_into=None) | ~Q(merged_into=models.F("pk")),
            ),
        ]
        indexes = [
            models.Index(name="lead_owner_stage", fields=["owner", "stage"]),
            models.Index(name="lead_stage_inquiry", fields=["stage", "last_inquiry_at"]),
            models.Index(name="lead_first_inquiry", fields=["first_inquiry_at"]),
            models.Index(name="lead_names", fields=["family_code", "given_code"]),
            models.Index(name="lead_company", fields=["company_key", "family_code"]),
            models.Index(name="lead_email_key", fields=["email_key"]),
            models.Index(name="lead_phone", fields=["phone"]),
            # Tombstones alone: no planner takes it for a way to all the others.
            models.Index(name="lead_merged_into", fields=["merged_into"], condition=Q(merged_into__isnull=False)),
            # What the sweep of clocks looks for: few of all leads.
            models.Index(name="lead_accept_by", fields=["accept_by"], condition=Q(accept_by__isnull=False)),
            models.Index(name="lead_reassign_at", fields=["reassign_at"], condition=Q(reassign_at__isnull=False)),
            models.Index(name="lead_queued_at", fields=["queued_at"], condition=Q(queued_at__isnull=False)),
            models.Index(
                name="lead_decide_again", fields=["decide_again_at"], condition=Q(decide_again_at__isnull=False)
            ),
            models.Index(
                name="lead_path_source_stage",
                fields=["path", "source", "stage", "id"],
                condition=Q(merged_into=None) & ~Q(path=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email or self.phone or f"Lead {self.pk}"

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        if update_fields is not None:
            update_fields = {*update_fields, *(name for name, (source, _) in KEYS.items() if source in update_fields)}
        super().save(*args, update_fields=update_fields, **kwargs)

    def fill_in(self) -> None:
        super().fill_in()
        for name, (source, key) in KEYS.items():
            setattr(self, name, key(getattr(self, source)))

    def get_absolute_url(self) -> str:
        return reverse("leads:detail", args=[self.pk])

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def place(self) -> str:
        """“02139 Boston, MA, US”, as far as known."""
        town = f"{self.postcode} {self.city}".strip()
        return ", ".join(part for part in (town, self.region, self.country) if part)

    @property
    def is_open(self) -> bool:
        return self.stage in OPEN_STAGES

    @property
    def is_prospect(self) -> bool:
        """There has been two-way contact."""
        return self.engaged_at is not None

    @property
    def zone(self) -> ZoneInfo:
        """Where the lead's day is: their own zone, else the company's."""
        return ZoneInfo(self.time_zone) if self.time_zone else Company.current().zone
