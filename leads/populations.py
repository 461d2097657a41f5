"""Filters that say which leads are meant, the same in the list of leads and in every report, so that a figure of a
report links to exactly the leads it counts."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import django_filters as filters
from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils.functional import cached_property

from crm.campaigns.models import Path
from crm.opportunities.models import Status
from crm.people.models import Company
from crm.people.territory_lookup import definitions
from crm.people.territory_sql import KEYS, territory_case
from crm.web.options import NONE as NONE
from crm.web.options import OptionFilter as OptionFilter
from crm.web.options import OptionFilters
from leads.models import Answer, Draw, Inquiry
from leads.models.lead import LeadQuerySet
from leads.options import KINDS

NOT_YET_WITH_SALES = "Not yet with sales"
WON = Q(conversion__opportunity__status=Status.WON)
LOST = Q(conversion__opportunity__status=Status.LOST)
WITH_OPPORTUNITY = Q(conversion__opportunity__isnull=False)


class Basis(models.TextChoices):
    """What a period is about: the day of the first inquiry, or the day on which the opportunity closed."""

    INQUIRY = "inquiry", "First inquiry"
    CLOSE = "close", "Close"


class Reached(models.TextChoices):
    MQL = "mql", "Marketing-qualified"
    SAL = "sal", "Sales-accepted"
    SQL = "sql", "Sales-qualified"
    OPPORTUNITY = "opportunity", "Opportunity"
    ENGAGED = "engaged", "Two-way contact"
    QUALIFIED = "qualified", "Qualified"


# Once reached, reached for ever: whoever came further has been there too, also if a step was skipped.
REACHED: dict[str, Q] = {
    Reached.OPPORTUNITY: WITH_OPPORTUNITY,
    Reached.SQL: Q(sql_at__isnull=False) | WITH_OPPORTUNITY,
    Reached.SAL: Q(sal_at__isnull=False) | Q(sql_at__isnull=False) | WITH_OPPORTUNITY,
    Reached.MQL: ~Q(path=""),
    Reached.ENGAGED: Q(engaged_at__isnull=False),
    Reached.QUALIFIED: ~Q(path__in=["", Path.UNQUALIFIED]),
}


class DayFilter(filters.DateFilter):
    """A day of our times, so that the midnight before or after it exists in every zone."""

    def __init__(self, **kwargs: Any) -> None:
        bounds = [MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2200, 1, 1))]
        widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(validators=bounds, widget=widget, **kwargs)


class PopulationFilters(OptionFilters):
    OPTIONS = KINDS
    since = DayFilter(label="From", method="from_day")
    until = DayFilter(label="Until", method="until_day")
    basis = filters.ChoiceFilter(
        label="Period of", choices=Basis.choices, empty_label=None, null_label=None, method="closed_only"
    )
    source = OptionFilter("source", label="Source", any_label="Any source", none_label="No source")
    campaign = OptionFilter("campaign", label="Campaign", any_label="Any campaign", none_label="No campaign")
    path = filters.ChoiceFilter(
        label="Path",
        choices=[(NONE, NOT_YET_WITH_SALES), *Path.choices],
        empty_label="Any path",
        method="reached_sales_by",
    )
    form = OptionFilter(
        "form", label="First form", any_label="Any form", none_label="No form", method="inquired_by_form"
    )
    territory = OptionFilter(
        "territory", label="Territory", any_label="Any territory", none_label="No territory", method="in_territory"
    )
    team = OptionFilter("team", label="Team", any_label="Any team", none_label="No team", method="of_team")
    answer = OptionFilter("answer", label="Answer", any_label="Any answer", method="answered")
    reached = filters.ChoiceFilter(
        label="Came as far as", choices=Reached.choices, empty_label="Any stage", method="came_as_far_as"
    )
    arm = OptionFilter("arm", label="Test group", any_label="Any or none", method="drawn_into")
    dated = filters.ChoiceFilter(
        label="Inquiry",
        choices=[(NONE, "Without an inquiry")],
        empty_label="With or without",
        method="without_inquiry",
    )

    @cached_property
    def zone(self) -> ZoneInfo:
        """Days, weeks and months of reports are the company's, so that everybody sees the same figures."""
        return Company.current().zone

    @property
    def moment(self) -> str:
        """The field that a period is about."""
        return CLOSED_AT if self.data.get("basis") == Basis.CLOSE else "first_inquiry_at"

    def from_day(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(**{f"{self.moment}__gte": self._midnight(value)})

    def until_day(self, leads: LeadQuerySet, name: str, value: date) -> LeadQuerySet:
        return leads.filter(**{f"{self.moment}__lt": self._midnight(value + timedelta(days=1))})

    def closed_only(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        """By close: leads whose opportunity is won or lost."""
        return leads.filter(**{f"{CLOSED_AT}__isnull": False}) if value == Basis.CLOSE else leads

    def reached_sales_by(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(path="" if value == NONE else value)

    def came_as_far_as(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(REACHED[value])

    def inquired_by_form(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        """By the form of the first inquiry: a lead counts for one form."""
        return leads.alias(first_form=first_form()).filter(first_form=None if value == NONE else value)

    def in_territory(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        """By the address, as territories are today."""
        found = leads.alias(**KEYS).alias(in_territory=territory_case(definitions()))
        return found.filter(in_territory=None if value == NONE else value)

    def of_team(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.alias(of_team=TEAM).filter(of_team=None if value == NONE else value)

    def answered(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        """The newest answer to the question counts."""
        question, _, said = value.partition(":")
        return leads.filter(newest_answer_is(question, said))

    def drawn_into(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(Exists(Draw.objects.filter(lead=OuterRef("pk"), arm_id=int(value))))

    def without_inquiry(self, leads: LeadQuerySet, name: str, value: str) -> LeadQuerySet:
        return leads.filter(first_inquiry_at=None)

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=self.zone)


CLOSED_AT = "conversion__opportunity__closed_at"
# The owner's team, else the one the lead is open to.
TEAM = models.functions.Coalesce(F("owner__team"), F("team"))


def first_form() -> Subquery:
    inquiries = Inquiry.objects.filter(lead=OuterRef("pk")).order_by("received_at", "pk")
    return Subquery(inquiries.values("form")[:1])


def newest_answer(question: str) -> Subquery:
    answers = Answer.objects.filter(lead=OuterRef("pk"), question__key=question)
    return Subquery(answers.order_by("-answered_at", "-pk").values("value")[:1])


def newest_answer_is(question: str, value: str) -> Q:
    """``value`` "": not answered."""
    if not value:
        return ~Q(Exists(Answer.objects.filter(lead=OuterRef("pk"), question__key=question)))
    same = Answer.objects.filter(lead=OuterRef("lead"), question=OuterRef("question"))
    later = Q(answered_at__gt=OuterRef("answered_at")) | Q(answered_at=OuterRef("answered_at"), pk__gt=OuterRef("pk"))
    newest = Answer.objects.filter(lead=OuterRef("pk"), question__key=question).exclude(Exists(same.filter(later)))
    return Q(Exists(newest.filter(value=value)))


class WonFilter(filters.ChoiceFilter):
    """By the opportunity that the lead was converted into, as the close rates count it."""

    def __init__(self) -> None:
        choices = [("yes", "Won"), ("no", "Not won")]
        super().__init__(label="Outcome", choices=choices, empty_label="Any outcome")

    def filter(self, qs: LeadQuerySet, value: str) -> LeadQuerySet:
        if not value:
            return qs
        return qs.filter(WON) if value == "yes" else qs.exclude(WON)
