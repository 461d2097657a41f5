"""What reports count, one narrow row for each lead, so that a million of them are read in a tenth of a second."""

from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q

from crm.campaigns.models import Campaign, Source
from crm.people.models import Team, Territory, User
from crm.people.visibility import OwnedQuerySet
from leads.models import InquiryForm, Lead


def _copied(model: type[models.Model]) -> Any:
    """As the lead's record has it. Nothing is checked or looked up by it: a row that is wrong is written anew."""
    return models.ForeignKey(model, models.DO_NOTHING, null=True, db_constraint=False, db_index=False, related_name="+")


STEPS = ["to_sales", "to_accept", "to_vet", "accepted_to_deal", "vetted_to_deal", "deal_to_win"]
TOOK_A_STEP = reduce(or_, (Q(**{f"{step}__isnull": False}) for step in STEPS))


class LeadFact(models.Model):
    """What ``reports.facts.columns`` makes of one live lead. Days are the company's. Sets are texts of tokens, each
    followed by a comma: ``q3,q8,e2,``.

    Kept by ``reports.facts.keeping``. Never read alone: ``reports.facts.reading`` leaves out what has changed since."""

    lead = models.OneToOneField(Lead, models.DO_NOTHING, primary_key=True, db_constraint=False, related_name="+")
    began_on = models.DateField(null=True, help_text="First inquiry.")
    furthest = models.PositiveSmallIntegerField(help_text="0 nowhere, 1 sales, 2 SAL, 3 SQL, 4 opportunity, 5 won.")
    engaged = models.BooleanField()
    disqualified = models.BooleanField()
    calls = models.PositiveIntegerField()
    call_seconds = models.PositiveIntegerField()
    path = models.CharField(max_length=20, blank=True)
    outcome = models.CharField(max_length=4, blank=True, help_text="Status of the opportunity it was converted into.")
    source = _copied(Source)
    campaign = _copied(Campaign)
    form = _copied(InquiryForm)
    territory = _copied(Territory)
    owner = _copied(User)
    team = _copied(Team)
    of_team = _copied(Team)
    time_frame = models.CharField(max_length=200, blank=True, help_text="Newest answer.")
    reached_on = models.DateField(null=True, help_text="First with sales.")
    closed_on = models.DateField(null=True)
    open_since = models.DateField(null=True, help_text="First inquiry, unless it is won.")
    to_win = models.IntegerField(null=True, help_text="Days from the first inquiry.")
    to_sales = models.IntegerField(null=True, help_text="Days from the first inquiry.")
    to_accept = models.IntegerField(null=True, help_text="Days from reaching sales.")
    to_vet = models.IntegerField(null=True, help_text="Days from SAL.")
    accepted_to_deal = models.IntegerField(null=True)
    vetted_to_deal = models.IntegerField(null=True)
    deal_to_win = models.IntegerField(null=True)
    speed = models.CharField(max_length=5, blank=True, help_text="From MQL to SAL; empty: it never waited.")
    worth = models.DecimalField(max_digits=16, decimal_places=2, null=True, help_text="Won, in company currency.")
    unpriced = models.CharField(max_length=7, blank=True, help_text="Won, yet not in worth: why.")
    lost_because = models.CharField(max_length=200, blank=True)
    reasons = models.TextField(blank=True, help_text="Given when it left a stage: r12:mql.")
    arms = models.TextField(blank=True, help_text="Drawn into: a4.")
    exposed = models.TextField(blank=True, help_text="Answered q3, was enrolled in e2, got step s7.")
    said = models.TextField(blank=True, help_text="Newest answers: c5, a choice.")

    objects = OwnedQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        # Small enough to be read whole: without filters nothing else of a row is asked for.
        indexes = [
            models.Index(name="facts_of_steps", fields=STEPS, include=["lead"], condition=TOOK_A_STEP),
            models.Index(name="facts_of_wins", fields=["to_win"], include=["lead"], condition=Q(to_win__isnull=False)),
            models.Index(name="facts_of_drop_offs", fields=["reasons", "lost_because"], include=["lead"],
                         condition=~Q(reasons="") | ~Q(lost_because="")),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"Facts of lead {self.pk}"


class ChangedLead(models.Model):
    """Something of the lead has changed, so its facts are not to be read until they are written anew. Several rows of
    one lead are as good as one. Written by triggers of the database (PostgreSQL only), whoever made the change."""

    lead_id = models.BigIntegerField()

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(name="changed_lead", fields=["lead_id"])]

    def __str__(self) -> str:
        return f"Lead {self.lead_id} has changed"
