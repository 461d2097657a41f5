"""Leads as they were when they first inquired: what was known then, and nothing that came later.

Answers are append-only with their times. Fields are not: those of the decision that was made at that moment are taken,
and only where nothing was decided then, today's (``remembered`` is false). Read in chunks, a handful of queries each.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Case, F, Value, When

from leads.evaluation import Fact
from leads.models import Answer, Decision, Question
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
    wanted = _by_kind(subjects)
    columns = {name: FIELDS.get(name, name) for name in wanted["field"]}
    inquired = leads.filter(first_inquiry_at__isnull=False).order_by("pk")
    rows = inquired.annotate(is_won=Case(When(WON, then=Value(True)), default=Value(False))).values_list(
        "pk", "first_inquiry_at", "is_won", *columns.values()
    )
    questions = dict(Question.objects.filter(key__in=wanted["answer"]).values_list("pk", "key"))
    after = 0
    while chunk := list(rows.filter(pk__gt=after)[:CHUNK]):
        after = chunk[-1][0]
        yield list(_with_facts(chunk, columns, questions))


def _by_kind(subjects: Collection[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for subject in subjects:
        kind, _, rest = subject.partition(":")
        found[kind].append(rest)
    return found


def _with_facts(
    chunk: list[tuple[Any, ...]], columns: Mapping[str, str], questions: Mapping[int, str]
) -> Iterator[PastLead]:
    moments = {pk: at for pk, at, *_ in chunk}
    answers = _answers(moments, questions)
    snapshots = _snapshots(moments) if columns else {}
    for pk, at, won, *values in chunk:
        snapshot = snapshots.get(pk)
        fields = dict(zip(columns, values, strict=True)) if snapshot is None else _fields_of(snapshot, columns)
        facts = {f"field:{name}": Fact(value) for name, value in fields.items() if value}
        yield PastLead(pk, at, won, snapshot is not None or not columns, facts | answers.get(pk, {}))


def _answers(moments: Mapping[int, datetime], questions: Mapping[int, str]) -> dict[int, dict[str, Fact]]:
    """The newest to each question that was given when the lead first inquired, or before."""
    found: dict[int, dict[str, Fact]] = defaultdict(dict)
    if not questions:
        return found
    rows = Answer.objects.filter(lead__gte=min(moments), lead__lte=max(moments), question__in=questions)
    for lead, question, value, at in rows.order_by("answered_at", "pk").values_list(
        "lead_id", "question_id", "value", "answered_at"
    ):
        if lead in moments and at <= moments[lead]:
            found[lead][f"answer:{questions[question]}"] = Fact(value)
    return found


def _snapshots(moments: Mapping[int, datetime]) -> dict[int, dict[str, Any]]:
    """The facts of the first decision that was made when the lead first inquired."""
    made_then = Decision.objects.filter(
        lead__gte=min(moments), lead__lte=max(moments), decided_at=F("lead__first_inquiry_at")
    )
    return dict(made_then.order_by("-pk").values_list("lead_id", "facts"))


def _fields_of(snapshot: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: snapshot.get(f"field:{name}", {}).get("value") for name in names}
