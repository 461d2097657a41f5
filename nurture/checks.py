"""What keeps a draft of a sequence from being published. Each message names its step."""

from collections.abc import Callable, Iterator

from django.core.exceptions import ValidationError

from crm.web.weekdays import validate_weekdays
from leads.routing.values import WrongValue
from nurture.mail.ready import problems_of_mails
from nurture.mail.templates import TemplateRefused, check_line, check_template
from nurture.models import Sequence, SequenceStatus, Step, StepKind, Variant
from nurture.plan import Plan, plan_of
from nurture.values import as_typed, clean_enrollment, problem_of_branch

JUMPS = (StepKind.BRANCH, StepKind.GO_TO)
TOUCHES = (StepKind.EMAIL, StepKind.CALL)


def problems_of(sequence: Sequence) -> list[str]:
    if sequence.status != SequenceStatus.DRAFT:
        return [f"{sequence} is {sequence.get_status_display().lower()}: only a draft can be published."]
    return problems_in(sequence)


def problems_in(sequence: Sequence) -> list[str]:
    """Whatever its status."""
    plan = plan_of(sequence.pk)
    if not any(step.kind in TOUCHES for step in plan.steps):
        return [f"{sequence} has no e-mail and no call: add a step."]
    return [*_of_sequence(sequence), *problems_of_mails(sequence, plan.steps), *_of_steps(plan), *_of_ways(plan)]


def named(step: Step) -> str:
    """“Step 3 (“ask-budget”)”: as the admin counts them."""
    return f"Step {step.position + 1}" + (f" (“{step.name}”)" if step.name else "")


def _of_sequence(sequence: Sequence) -> Iterator[str]:
    try:
        validate_weekdays(sequence.weekdays)
    except ValidationError:
        yield "Nothing would ever be sent: choose at least one weekday."
    for condition in sequence.conditions.all():
        try:
            clean_enrollment(as_typed(condition), operator=condition.operator, field=condition.field)
        except WrongValue as wrong:
            yield f"{condition.get_field_display()}: {wrong}"


def _of_steps(plan: Plan) -> Iterator[str]:
    for step in plan.steps:
        for problem in (*_of_texts(step), *_of_jump(step, plan), *_of_branch(step)):
            yield f"{named(step)}: {problem}"


def _of_texts(step: Step) -> Iterator[str]:
    if step.kind == StepKind.CALL:
        yield from _refused(check_template, step.script)
    if step.kind == StepKind.EMAIL:
        yield from _of_mail(step)
        for variant in step.variants.all():
            yield from (f"Variant {variant.key}: {problem}" for problem in _of_mail(variant))


def _of_mail(text: Step | Variant) -> Iterator[str]:
    yield from _refused(check_line, text.subject)
    yield from _refused(check_template, text.body)


def _refused(check: Callable[[str], None], text: str) -> Iterator[str]:
    try:
        check(text)
    except TemplateRefused as error:
        yield str(error)


def _of_jump(step: Step, plan: Plan) -> Iterator[str]:
    if step.kind in JUMPS and plan.target(step) is None:
        known = f"There are: {', '.join(plan.names)}." if plan.names else "No step has a name yet."
        yield f"There is no step named “{step.goes_to}” to go to. {known}"


def _of_branch(step: Step) -> Iterator[str]:
    if step.kind == StepKind.BRANCH and (problem := problem_of_branch(step)):
        yield problem


def _of_ways(plan: Plan) -> Iterator[str]:
    reachable = plan.reachable()
    for step in plan.steps:
        if step.position not in reachable:
            yield f"{named(step)}: No way leads here: name it and let a step go to it, or delete it."
    if loop := plan.loop_without_wait():
        names = ", ".join(named(step) for step in loop)
        yield f"{names}: they go round without a wait. Put a wait between them."
