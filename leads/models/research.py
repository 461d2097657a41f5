"""What a rep found out: social profiles, facts about the company, and which projects were found at a lead's company."""

from django.db import models
from django.db.models import Q

from crm.accounts.models import Account, IdentifiedProject
from crm.contacts.models import Contact
from crm.people.recorded import Recorded, RecordedQuerySet
from crm.web.links import host_of
from leads.models.lead import Lead

_ABOUT_ONE = (
    Q(lead__isnull=False, account=None, contact=None)
    | Q(lead=None, account__isnull=False, contact=None)
    | Q(lead=None, account=None, contact__isnull=False)
)


class FindingKind(models.TextChoices):
    PROFILE = "profile", "Social profile"
    FACT = "fact", "Company fact"


class Finding(Recorded):
    """About exactly one record. A lead's stay with the lead and are read from its account and contact by the
    conversion. A profile is a link; a fact has a label, a value, and perhaps a link to where it says so."""

    lead = models.ForeignKey(Lead, models.PROTECT, null=True, related_name="findings")
    account = models.ForeignKey(Account, models.PROTECT, null=True, related_name="findings")
    contact = models.ForeignKey(Contact, models.PROTECT, null=True, related_name="findings")
    kind = models.CharField(max_length=10, choices=FindingKind, editable=False)
    of_company = models.BooleanField("of the company", default=False)
    label = models.CharField(max_length=60, blank=True)
    value = models.CharField(max_length=1_000, blank=True)
    url = models.CharField("link", max_length=500, blank=True)

    objects = RecordedQuerySet.as_manager()

    class Meta:
        ordering = ["label", "pk"]
        constraints = [
            models.CheckConstraint(name="finding_is_about_one_record", condition=_ABOUT_ONE),
            models.CheckConstraint(
                name="finding_says_something",
                condition=(Q(kind="profile") & ~Q(url="")) | (Q(kind="fact") & ~Q(label="") & ~Q(value="")),
            ),
            *(
                models.UniqueConstraint(
                    name=f"one_profile_link_per_{record}",
                    fields=[record, "url"],
                    condition=Q(kind="profile", removed_at=None),
                )
                for record in ("lead", "account", "contact")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.value}" if self.value else self.label or self.url

    @property
    def host(self) -> str:
        return host_of(self.url)


class LeadProject(models.Model):
    """At which lead's company a project was found."""

    lead = models.ForeignKey(Lead, models.PROTECT, related_name="project_links")
    project = models.OneToOneField(IdentifiedProject, models.CASCADE, related_name="lead_link")

    def __str__(self) -> str:
        return str(self.project)
