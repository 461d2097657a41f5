"""What somebody typed as the values of a condition, made fit to compare; what cannot be is said."""

from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation

from crm.campaigns.models import Campaign, Path, Source
from crm.people.models import Territory
from crm.people.territories import split
from leads.models import InquiryForm, Operator, Question, RoutingField
from leads.models.question import CHOICE_KINDS, QuestionKind


class WrongValue(ValueError):
    """For a person: what to enter instead."""


ORDERED = (Operator.AT_LEAST, Operator.AT_MOST)
NUMBERS = (RoutingField.SCORE, RoutingField.EMPLOYEES)
KNOWN: dict[str, Callable[[], list[str]]] = {
    RoutingField.SOURCE: lambda: list(Source.objects.values_list("key", flat=True)),
    RoutingField.CAMPAIGN: lambda: list(Campaign.objects.values_list("key", flat=True)),
    RoutingField.FORM: lambda: list(InquiryForm.objects.values_list("slug", flat=True)),
    RoutingField.TERRITORY: lambda: list(Territory.objects.values_list("name", flat=True)),
    RoutingField.PATH: lambda: [str(value) for value in Path.values],
}


def clean_values(
    text: str, *, operator: str, field: str = "", question: Question | None = None, known: Collection[str] = ()
) -> list[str]:
    """Of "is one of" a list separated by commas, of "is at least" one number or date, of "is known" nothing. ``known``:
    all that can be listed, where the field is not one of routing's. Raises WrongValue."""
    values = list(split(text))
    if operator == Operator.ANSWERED:
        return []
    if not values:
        raise WrongValue("Enter at least one value.")
    if operator in ORDERED:
        return _bound(values, field, question)
    known = known or _known(field, question)
    spelled = {each.casefold(): each for each in known}
    wrong = [value for value in values if known and value.casefold() not in spelled]
    if wrong:
        raise WrongValue(
            f"There is no {', '.join(f'“{value}”' for value in wrong)}. Known: {', '.join(list(known)[:30])}."
        )
    return [spelled.get(value.casefold(), value) for value in values]


def _bound(values: list[str], field: str, question: Question | None) -> list[str]:
    ordered_answer = question is not None and question.kind not in (*CHOICE_KINDS, QuestionKind.TEXT)
    if not ordered_answer and field not in NUMBERS:
        raise WrongValue("That has no more or less: use “is one of”.")
    if len(values) > 1:
        raise WrongValue("Enter one value. Example: 50.")
    if field in NUMBERS and not _is_number(values[0]):
        raise WrongValue("Enter a number. Example: 50.")
    return values


def _is_number(value: str) -> bool:
    try:
        return Decimal(value).is_finite()
    except InvalidOperation:
        return False


def _known(field: str, question: Question | None) -> list[str]:
    """Empty where anything can be entered."""
    if question is not None:
        if question.kind == QuestionKind.BOOLEAN:
            return ["true", "false"]
        return [choice.value for choice in question.choices.all()]
    return KNOWN[field]() if field in KNOWN else []
