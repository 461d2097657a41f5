"""The steps of a sequence in words, each with the ways that lead on from it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import Count

from nurture.checks import named
from nurture.models import Enrollment, Sequence, Step, StepKind, Variant
from nurture.models.step import OWN_TEXT
from nurture.plan import Plan, plan_of
from nurture.values import in_words

ICONS = {
    StepKind.EMAIL: "mail",
    StepKind.CALL: "call",
    StepKind.WAIT: "hourglass_empty",
    StepKind.BRANCH: "call_split",
    StepKind.GO_TO: "redo",
    StepKind.END: "stop_circle",
}


@dataclass(frozen=True)
class Text:
    """One of the texts of an e-mail step: its own, or a variant."""

    key: str
    subject: str
    share: int  # percent of those that are sent
    stopped: bool


@dataclass(frozen=True)
class Line:
    """``here``: leads whose next step it is."""

    step: Step
    icon: str
    title: str
    detail: str
    here: int
    texts: list[Text] = field(default_factory=list)


def lines_of(sequence: Sequence) -> list[Line]:
    """Three queries, however many steps there are."""
    plan = plan_of(sequence.pk)
    here = _here(sequence, plan)
    return [_line(step, plan, sequence, here) for step in plan.steps]


def _here(sequence: Sequence, plan: Plan) -> dict[int, int]:
    """Active enrollments by the position of their step."""
    found = dict.fromkeys((step.position for step in plan.steps), 0)
    running = Enrollment.objects.active().filter(sequence=sequence).order_by().values_list("position")
    for position, count in running.annotate(Count("pk")):
        if step := plan.at(position):
            found[step.position] += count
    return found


def _line(step: Step, plan: Plan, sequence: Sequence, here: Mapping[int, int]) -> Line:
    title, detail = WORDS[StepKind(step.kind)](step, plan, sequence)
    texts = texts_of(step) if step.kind == StepKind.EMAIL else []
    return Line(step, ICONS[StepKind(step.kind)], title, detail, here[step.position], texts)


def texts_of(step: Step) -> list[Text]:
    """Empty where there is only the step's own."""
    variants = list(step.variants.all())
    texts: list[Step | Variant] = [step, *variants]
    total = sum(text.weight for text in texts if text.stopped_at is None)
    return [_text(text, total) for text in texts] if variants else []


def _text(text: Step | Variant, total: int) -> Text:
    share = 0 if text.stopped_at else round(100 * text.weight / total)
    return Text(OWN_TEXT if isinstance(text, Step) else text.key, text.subject, share, bool(text.stopped_at))


def _email(step: Step, plan: Plan, sequence: Sequence) -> tuple[str, str]:
    return step.subject, f"Asks “{step.question}”" if step.question else ""


def _call(step: Step, plan: Plan, sequence: Sequence) -> tuple[str, str]:
    return "Call", f"Tried up to {step.max_attempts} times"


def _wait(step: Step, plan: Plan, sequence: Sequence) -> tuple[str, str]:
    return f"Wait {step.wait_in_words}", ""


def _branch(step: Step, plan: Plan, sequence: Sequence) -> tuple[str, str]:
    return f"If {in_words(step)}: go to {_target(step, plan)}", f"Else on to the next step{_back(step, plan, sequence)}"


def _go_to(step: Step, plan: Plan, sequence: Sequence) -> tuple[str, str]:
    back = _back(step, plan, sequence).removeprefix("; ")
    return f"Go to {_target(step, plan)}", back[:1].upper() + back[1:]


def _end(step: Step, plan: Plan, sequence: Sequence) -> tuple[str, str]:
    return "End", ""


WORDS = {
    StepKind.EMAIL: _email,
    StepKind.CALL: _call,
    StepKind.WAIT: _wait,
    StepKind.BRANCH: _branch,
    StepKind.GO_TO: _go_to,
    StepKind.END: _end,
}


def _target(step: Step, plan: Plan) -> str:
    target = plan.target(step)
    return named(target).lower() if target else f"“{step.goes_to}”, which is not there"


def _back(step: Step, plan: Plan, sequence: Sequence) -> str:
    return f"; back at most until round {sequence.max_rounds}" if plan.leads_back(step) else ""
