"""What filters of leads offer to choose from, all of it in one query: pages have few to spare."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, QuerySet, TextField, Value
from django.db.models.functions import Cast, Concat, Trim

from crm.campaigns.models import Campaign, Source
from crm.people.models import Team, User
from leads.models import Arm, Choice, Experiment, InquiryForm, Question


@dataclass(frozen=True)
class Option:
    """``value`` is what the URL says, ``key`` what the command line and JSON say."""

    kind: str
    value: str
    key: str
    label: str


def _records(kind: str, records: QuerySet[Any], value: Any, key: Any, label: Any) -> QuerySet[Any]:
    columns = {"_kind": Value(kind), "_value": value, "_key": key, "_label": label}
    texts = {name: Cast(column, TextField()) for name, column in columns.items()}
    return records.order_by().annotate(**texts).values_list(*texts)


def _name_of_user() -> Trim:
    return Trim(Concat("first_name", Value(" "), "last_name", output_field=CharField()))


def _texts(*parts: Any) -> Concat:
    return Concat(*parts, output_field=TextField())


def _answers() -> list[QuerySet[Any]]:
    """Each choice of each question, and that a question is not answered."""
    chosen = _texts("question__key", Value(":"), "value")
    label = _texts("question__text", Value(" "), "label")
    none, none_label = _texts("key", Value(":")), _texts("text", Value(" Not answered"))
    return [
        _records("answer", Choice.objects.filter(question__kind="choice"), chosen, chosen, label),
        _records("answer", Question.objects.filter(kind="choice"), none, none, none_label),
    ]


def _arms() -> list[QuerySet[Any]]:
    key, label = _texts("experiment__key", Value(":"), "key"), _texts("experiment__name", Value(": "), "name")
    return [_records("arm", Arm.objects.all(), "pk", key, label)]


KINDS: dict[str, Callable[[], list[QuerySet[Any]]]] = {
    "source": lambda: [_records("source", Source.objects.all(), "pk", "key", "name")],
    "campaign": lambda: [_records("campaign", Campaign.objects.all(), "pk", "key", "name")],
    "form": lambda: [_records("form", InquiryForm.objects.all(), "pk", "slug", "name")],
    "team": lambda: [_records("team", Team.objects.all(), "pk", "name", "name")],
    "rep": lambda: [_records("rep", User.objects.all(), "pk", "email", _name_of_user())],
    "answer": _answers,
    "arm": _arms,
    "experiment": lambda: [_records("experiment", Experiment.objects.all(), "pk", "key", "name")],
}


def options(kinds: set[str]) -> dict[str, list[Option]]:
    """By kind, in the order of their labels."""
    if not kinds:
        return {}
    first, *others = (records for kind in sorted(kinds) for records in KINDS[kind]())
    found: dict[str, list[Option]] = {kind: [] for kind in kinds}
    for kind, value, key, label in first.union(*others, all=True):
        found[kind].append(Option(kind, value, key, label or key))
    return {kind: sorted(rows, key=lambda option: option.label.casefold()) for kind, rows in found.items()}
