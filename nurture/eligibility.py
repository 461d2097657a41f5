"""The enrollment conditions of a sequence as a condition on leads, so that the database finds who fits."""

from collections.abc import Callable
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Exists, OuterRef, Q

from leads.models import Answer, Inquiry, Operator, StageChange
from nurture.models import EnrollmentCondition, EnrollmentField, Sequence

Rows = Callable[[list[Any]], Q]
BOUNDS = {Operator.AT_LEAST: "gte", Operator.AT_MOST: "lte"}


def fits(sequence: Sequence) -> Q:
    """All of its conditions hold. What is unknown is "none of" anything, and nothing else."""
    return reduce(and_, map(_condition, sequence.conditions.all()), Q())


def _condition(condition: EnrollmentCondition) -> Q:
    field = EnrollmentField(condition.field)
    if field in RELATED:
        return RELATED[field](condition.operator, condition.value)
    path = PATHS.get(field, field.value)
    if condition.operator == Operator.ANSWERED:
        return ~_blank(field, path)
    if condition.operator in BOUNDS:
        return Q(**{f"{path}__{BOUNDS[Operator(condition.operator)]}": condition.value[0]})
    among = _among(path, condition.value)
    return among if condition.operator == Operator.IN else ~among | _blank(field, path)


def _among(path: str, values: list[Any]) -> Q:
    """Whatever their capitals."""
    return reduce(or_, (Q(**{f"{path}__iexact": value}) for value in values), Q(pk__in=[]))


def _blank(field: EnrollmentField, path: str) -> Q:
    if field == EnrollmentField.SCORE:
        return Q(pk__in=[])
    return Q(**{path: ""}) if field in TEXTS else Q(**{f"{path}__isnull": True})


def _forms(operator: str, values: list[Any]) -> Q:
    asked = Inquiry.objects.filter(lead=OuterRef("pk"), form__isnull=False)
    if operator == Operator.ANSWERED:
        return Q(Exists(asked))
    by_one = Q(Exists(asked.filter(form__slug__in=values)))
    return by_one if operator == Operator.IN else ~by_one


def _missing(operator: str, values: list[Any]) -> Q:
    """Nobody ever answered about any of these dimensions; "none of": something is known about each."""
    known = [Q(Exists(Answer.objects.filter(lead=OuterRef("pk"), question__dimension=value))) for value in values]
    if operator == Operator.IN:
        return reduce(and_, (~one for one in known), Q())
    return reduce(and_, known, Q())


def _was_in(operator: str, values: list[Any]) -> Q:
    been = Q(Exists(StageChange.objects.filter(lead=OuterRef("pk"), to_stage__in=values)))
    return been if operator == Operator.IN else ~been


TEXTS = (EnrollmentField.COUNTRY, EnrollmentField.REGION, EnrollmentField.INDUSTRY, EnrollmentField.JOB_TITLE)
PATHS = {EnrollmentField.SOURCE: "source__key", EnrollmentField.CAMPAIGN: "campaign__key"}
RELATED: dict[EnrollmentField, Callable[[str, list[Any]], Q]] = {
    EnrollmentField.FORM: _forms,
    EnrollmentField.MISSING: _missing,
    EnrollmentField.WAS_IN: _was_in,
}
