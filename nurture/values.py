"""What branches and enrollment conditions compare with: as a person types it, as it is stored, as it is read."""

from collections.abc import Callable, Collection
from typing import Any

from leads.condition_values import ConditionRefused, parse
from leads.models import Dimension, Operator, Question, QuestionKind, Stage
from leads.routing.values import KNOWN, WrongValue, clean_values
from nurture.models import BranchField, CallOutcome, EnrollmentCondition, EnrollmentField, Step

STAGES = [stage.value for stage in Stage if stage not in (Stage.UNQUALIFIED, Stage.CONVERTED)]
BRANCH_VALUES: dict[str, Collection[str]] = {
    BranchField.CLICKED: ("yes", "no"),
    BranchField.REPLIED: ("yes", "no"),
    BranchField.CALL_OUTCOME: [str(outcome) for outcome in CallOutcome.values],
    BranchField.STAGES: STAGES,
}
ENROLLMENT_VALUES: dict[str, Callable[[], Collection[str]]] = {
    EnrollmentField.SOURCE: KNOWN["source"],
    EnrollmentField.CAMPAIGN: KNOWN["campaign"],
    EnrollmentField.FORM: KNOWN["form"],
    EnrollmentField.MISSING: lambda: [str(dimension) for dimension in Dimension.values],
    EnrollmentField.WAS_IN: lambda: STAGES,
}
NEVER_UNKNOWN = (EnrollmentField.MISSING, EnrollmentField.WAS_IN)


def clean_branch(text: str, *, operator: str, field: str = "", question: Question | None = None) -> list[Any]:
    """As it is stored: a list. Raises WrongValue."""
    if question is None:
        return list(clean_values(text, operator=operator, field=field, known=BRANCH_VALUES.get(field, ())))
    try:
        value = parse(question, operator, text)
    except ConditionRefused as refused:
        raise WrongValue(str(refused)) from refused
    return value if isinstance(value, list) else [value]


def clean_enrollment(text: str, *, operator: str, field: str) -> list[Any]:
    """As it is stored: a list. Raises WrongValue."""
    if field in NEVER_UNKNOWN and operator == Operator.ANSWERED:
        raise WrongValue("That is always known: use “is one of”.")
    known = ENROLLMENT_VALUES[field]() if field in ENROLLMENT_VALUES else ()
    return list(clean_values(text, operator=operator, field=field, known=known))


def problem_of_branch(step: Step) -> str:
    """Why what is stored can never be, as things are now; "" where it can."""
    try:
        clean_branch(as_typed(step), operator=step.operator, field=step.field, question=step.question)
    except WrongValue as wrong:
        return str(wrong)
    return ""


def as_typed(condition: Step | EnrollmentCondition) -> str:
    """What was typed, or means the same."""
    question = condition.question if isinstance(condition, Step) else None
    if question is not None and question.kind == QuestionKind.TIME_FRAME and condition.value:
        return f"{condition.value[0]} days"
    return ", ".join(map(str, condition.value))


# Where "… is one of …" would be no English: for "is one of" and "is none of".
SAID: dict[str, tuple[str, str]] = {
    EnrollmentField.MISSING: ("Nothing is known about {}", "Something is known about {}"),
    EnrollmentField.WAS_IN: ("Was {} before", "Never was {}"),
    BranchField.STAGES: ("Was {} before", "Never was {}"),
    BranchField.CLICKED: ("Clicked since it was enrolled: {}", "Clicked since it was enrolled: not {}"),
    BranchField.REPLIED: ("Ever replied: {}", "Ever replied: not {}"),
}
ONE_OF = (Operator.IN, Operator.NOT_IN)


def in_words(condition: Step | EnrollmentCondition) -> str:
    """“Score is at least 50”, “Was disqualified before”."""
    question = condition.question if isinstance(condition, Step) else None
    operator = Operator(condition.operator)
    if question is None and condition.field in SAID and operator in ONE_OF:
        return SAID[condition.field][ONE_OF.index(operator)].format(" or ".join(map(str, condition.value)))
    subject = f"“{question}”" if question else condition.get_field_display()
    word = operator.label.removesuffix(" one of") if len(condition.value) == 1 else operator.label
    return f"{subject} {word} {as_typed(condition)}".strip()
