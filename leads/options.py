"""What filters of leads offer to choose from."""

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Concat, Trim

from crm.campaigns.models import Campaign, Source
from crm.people.models import Team, Territory, User
from crm.web.options import Kinds, joined, records
from crm.web.options import Option as Option
from leads.models import Arm, Choice, Experiment, InquiryForm, Question


def _name_of_user() -> Trim:
    return Trim(Concat("first_name", Value(" "), "last_name", output_field=CharField()))


def _answers() -> list[QuerySet[Any]]:
    """Each choice of each question, and that a question is not answered."""
    chosen = joined("question__key", Value(":"), "value")
    label = joined("question__text", Value(" "), "label")
    none, none_label = joined("key", Value(":")), joined("text", Value(" Not answered"))
    return [
        records("answer", Choice.objects.filter(question__kind="choice"), chosen, chosen, label),
        records("answer", Question.objects.filter(kind="choice"), none, none, none_label),
    ]


def _arms() -> list[QuerySet[Any]]:
    key, label = joined("experiment__key", Value(":"), "key"), joined("experiment__name", Value(": "), "name")
    return [records("arm", Arm.objects.all(), "pk", key, label)]


KINDS: Kinds = {
    "source": lambda: [records("source", Source.objects.all(), "pk", "key", "name")],
    "campaign": lambda: [records("campaign", Campaign.objects.all(), "pk", "key", "name")],
    "form": lambda: [records("form", InquiryForm.objects.all(), "pk", "slug", "name")],
    "territory": lambda: [records("territory", Territory.objects.all(), "pk", "name", "name")],
    "team": lambda: [records("team", Team.objects.all(), "pk", "name", "name")],
    "rep": lambda: [records("rep", User.objects.all(), "pk", "email", _name_of_user())],
    "answer": _answers,
    "arm": _arms,
    "experiment": lambda: [records("experiment", Experiment.objects.all(), "pk", "key", "name")],
}
