"""Everything that could be repeated or deleted, with the leads it had and what became of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import CharField, Count, F, Q, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat

from crm.people.models import User
from leads.models import Answer, Draw
from leads.populations import REACHED, WON, Reached
from nurture.models import Enrollment, Touch, TouchState
from reports.filters import LeadFilters
from reports.grouping import By, group_of, grouped
from reports.queries.lift import prefixed
from reports.queries.population import counted_leads
from reports.statistics import Rate, wilson

RECENT = timedelta(days=90)
OUTCOMES = {"won": WON, "qualified": REACHED[Reached.QUALIFIED]}
GROUPS = {"source": By.SOURCE, "campaign": By.CAMPAIGN, "form": By.FORM}


@dataclass(frozen=True)
class Subject:
    """``among``: what it is compared within, "" for all leads. ``recent``: its leads of the last 90 days."""

    kind: str
    pk: int
    label: str
    rate: Rate
    recent: int
    among: str = ""


def subjects(*, outcome: str, user: User | None, filters: LeadFilters, now: datetime) -> tuple[list[Subject], Rate]:
    """And all leads together. Four queries, whatever there is."""
    met, since = OUTCOMES[outcome], now - RECENT
    counts = {
        "leads": Count("pk"),
        "met": Count("pk", filter=met),
        "recent": Count("pk", filter=Q(first_inquiry_at__gte=since)),
    }
    leads = counted_leads(user=user, filters=filters)
    found: list[Subject] = []
    total = wilson(0, 0)
    for kind, by in GROUPS.items():
        rows = list(grouped(leads, by=by, zone=filters.zone).annotate(**counts))
        total = wilson(sum(row["met"] for row in rows), sum(row["leads"] for row in rows))
        for row in rows:
            group = group_of(row, by=by, options=filters.options)
            if group.value:
                rate = wilson(row["met"], row["leads"])
                found.append(Subject(kind, int(group.value), group.label, rate, row["recent"]))
    return [*found, *_others(leads.order_by().values("pk"), met, since)], total


def _others(leads: Any, met: Q, since: datetime) -> Iterator[Subject]:
    """Questions that were answered, sequences and steps that worked on leads, arms that leads were drawn into."""
    sent = Touch.objects.filter(state=TouchState.SENT, enrollment__lead__in=leads)
    version = Concat("sequence__name", Value(" v"), "sequence__version", output_field=CharField())
    place = Concat(
        "step__sequence__name", Value(" v"), "step__sequence__version", Value(", step "), F("step__position") + 1,
        output_field=CharField(),
    )  # fmt: skip
    arm = Concat("experiment__name", Value(": "), "arm__name", output_field=CharField())
    nothing = Value("")
    answers, enrollments = Answer.objects.filter(lead__in=leads), Enrollment.objects.filter(lead__in=leads)
    parts = [
        _part("question", answers, "question", "question__text", nothing, "lead", met, since),
        _part("sequence", enrollments, "sequence", version, nothing, "lead", met, since),
        _part("step", sent, "step", place, "step__sequence", "enrollment__lead", met, since),
        _part("variant", Draw.objects.filter(lead__in=leads), "arm", arm, "experiment", "lead", met, since),
    ]  # fmt: skip
    for kind, pk, label, among, count, won, recent in parts[0].union(*parts[1:], all=True):
        yield Subject(kind, pk, label, wilson(won, count), recent, f"{kind}:{among}" if among else "")


def _part(
    kind: str, rows: QuerySet[Any], subject: str, label: Any, among: Any, lead: str, met: Q, since: datetime
) -> QuerySet[Any, Any]:
    """Each lead once for each subject."""
    named = rows.order_by().values(
        the_kind=Value(kind),
        the_subject=F(f"{subject}_id"),
        the_label=Cast(label, TextField()),
        the_whole=Cast(among, TextField()),
    )
    recent = Q(**{f"{lead}__first_inquiry_at__gte": since})
    counted = named.annotate(
        all_leads=Count(lead, distinct=True),
        met_leads=Count(lead, distinct=True, filter=prefixed(met, f"{lead}__")),
        recent_leads=Count(lead, distinct=True, filter=recent),
    )
    return counted.values_list(
        "the_kind", "the_subject", "the_label", "the_whole", "all_leads", "met_leads", "recent_leads"
    )
