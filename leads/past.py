"""Leads as they were when they first inquired: what was known then, and nothing that came later.

Answers are append-only with their times. Fields are not: those of the decision that was made at that moment are taken,
and only where nothing was decided then, today's (``remembered`` is false). Read in chunks, a handful of queries each.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, F, Value, When

from leads.evaluation import AGE, ANSWER, ENGAGEMENT, FIELD, Fact
from leads.facts import MAX_ENGAGEMENTS, age_in_days, engagement_fact
from leads.models import Answer, Decision, Engagement, Question
from leads.models.engagement import subject_of
from leads.models.lead import LeadQuerySet
from leads.populations import WON

CHUNK = 2_000
FIELDS = {"source": "source__key", "campaign": "campaign__key"}  # all others are columns of the lead


class PastLead(NamedTuple):
    """``won``: what became of it until today."""

    pk: int
    inquired_at: datetime
    won: bool
    remembered: bool
    facts: Mapping[str, Fact]


def past_leads(leads: LeadQuerySet, *, subjects: Collection[str]) -> Iterator[list[PastLead]]:
    """Those of ``leads`` that inquired, in chunks, with the facts that criteria look at (``CriterionRule.subject``)."""
    reader = _Reader.of(subjects)
    inquired = leads.filter(first_inquiry_at__isnull=False).order_by("pk")
    rows = inquired.annotate(is_won=Case(When(WON, then=Value(True)), default=Value(False))).values_list(
        "pk", "first_inquiry_at", "is_won", *reader.columns.values()
    )
    after = 0
    while chunk := list(rows.filter(pk__gt=after)[:CHUNK]):
        after = chunk[-1][0]
        yield list(reader.read(chunk))


Found = dict[int, dict[str, Fact]]


@dataclass(frozen=True)
class _Reader:
    """``columns``: of the lead, by field. ``questions``: keys by id. ``always``: the same for all leads, because
    each is judged at its first inquiry."""

    columns: Mapping[str, str]
    questions: Mapping[int, str]
    engagement: frozenset[str]
    always: dict[str, Fact]

    @classmethod
    def of(cls, subjects: Collection[str]) -> "_Reader":
        wanted: dict[str, list[str]] = defaultdict(list)
        for subject in subjects:
            kind, _, rest = subject.partition(":")
            wanted[kind].append(rest)
        return cls(
            columns={name: FIELDS.get(name, name) for name in wanted[FIELD]},
            questions=dict(Question.objects.filter(key__in=wanted[ANSWER]).values_list("pk", "key")),
            engagement=frozenset(f"{ENGAGEMENT}:{rest}" for rest in wanted[ENGAGEMENT]),
            always={f"{AGE}:{name}": Fact(0) for name in wanted[AGE]},
        )

    def read(self, chunk: list[tuple[Any, ...]]) -> Iterator[PastLead]:
        moments = {pk: at for pk, at, *_ in chunk}
        answers, engagement = self._answers(moments), self._engagement(moments)
        snapshots = self._snapshots(moments)
        for pk, at, won, *values in chunk:
            snapshot = snapshots.get(pk)
            fields = self._fields_of(snapshot) if snapshot is not None else dict(zip(self.columns, values, strict=True))
            facts = {f"{FIELD}:{name}": Fact(value) for name, value in fields.items() if value}
            facts |= self.always | answers[pk] | engagement[pk]
            yield PastLead(pk, at, won, snapshot is not None or not self.columns, facts)

    def _answers(self, moments: Mapping[int, datetime]) -> Found:
        """The newest to each question that was given when the lead first inquired, or before."""
        found: Found = defaultdict(dict)
        rows = Answer.objects.filter(lead__gte=min(moments), lead__lte=max(moments), question__in=self.questions)
        rows = rows.order_by("answered_at", "pk") if self.questions else rows.none()
        for lead, question, value, at in rows.values_list("lead_id", "question_id", "value", "answered_at"):
            if lead in moments and at <= moments[lead]:
                fact = Fact(value, age=age_in_days(at, moments[lead]))
                found[lead][f"{ANSWER}:{self.questions[question]}"] = fact
        return found

    def _engagement(self, moments: Mapping[int, datetime]) -> Found:
        """What had happened until then; what had not happened yet, happened 0 times."""
        times: dict[int, dict[str, list[datetime]]] = {pk: {name: [] for name in self.engagement} for pk in moments}
        kinds = {subject.split(":")[1] for subject in self.engagement}
        rows = Engagement.objects.filter(lead__gte=min(moments), lead__lte=max(moments), kind__in=kinds)
        rows = rows.order_by("-at", "-pk") if kinds else rows.none()
        for lead, kind, page, at in rows.values_list("lead_id", "kind", "page", "at"):
            if lead in moments and at <= moments[lead]:
                for subject in {subject_of(kind), subject_of(kind, page)} & self.engagement:
                    times[lead][subject].append(at)
        return {
            lead: {subject: engagement_fact(found[:MAX_ENGAGEMENTS], moments[lead]) for subject, found in by.items()}
            for lead, by in times.items()
        }

    def _snapshots(self, moments: Mapping[int, datetime]) -> dict[int, dict[str, Any]]:
        """The facts of the first decision that was made when the lead first inquired."""
        if not self.columns:
            return {}
        made_then = Decision.objects.filter(
            lead__gte=min(moments), lead__lte=max(moments), decided_at=F("lead__first_inquiry_at")
        )
        return dict(made_then.order_by("-pk").values_list("lead_id", "facts"))

    def _fields_of(self, snapshot: Mapping[str, Any]) -> dict[str, Any]:
        return {name: snapshot.get(f"{FIELD}:{name}", {}).get("value") for name in self.columns}
