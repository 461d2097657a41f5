"""Counts for each step with a touch, and for each text of an e-mail.

What ends an enrollment (bounce, reply, opt-out, qualifying) is counted at its last touch that was out by then: it came
after that touch, which need not be because of it. Only variants, which are drawn at random, carry causal words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, QuerySet, Subquery

from leads.models import Answer, Provenance
from nurture.models import Click, Enrollment, ExitReason, Sequence, Step, StepKind, Touch, TouchKind, TouchState
from nurture.models.calls import SPOKE, CallAttempt
from nurture.models.step import OWN_TEXT

Key = tuple[int, int | None]  # of step and variant; None is the step's own text
OUT = (TouchState.SENT, TouchState.UNKNOWN)
AFTER = {
    ExitReason.BOUNCED: "bounced",
    ExitReason.REPLIED: "replies",
    ExitReason.OPTED_OUT: "opted_out",
    ExitReason.QUALIFIED: "qualified",
    ExitReason.NOT_INTERESTED: "not_interested",
}


@dataclass(frozen=True)
class Figures:
    """``text``: "a" for a step's own, "b", "c" … for its variants; "" where there is only one."""

    step: Step
    text: str
    counts: Counter[str]

    @property
    def name(self) -> str:
        """Its subject, of an e-mail."""
        texts = {variant.key: variant.subject for variant in self.step.variants.all()}
        return texts.get(self.text, str(self.step))

    @property
    def trouble(self) -> int:
        return self.counts[TouchState.FAILED] + self.counts[TouchState.UNKNOWN]

    @property
    def planned(self) -> int:
        """All that were ever planned."""
        return sum(self.counts[state] for state in TouchState.values)

    @property
    def delivered(self) -> int:
        """Sent and not bounced, as far as we were told."""
        return self.counts[TouchState.SENT] - self.counts["bounced"]


def figures_of(sequence: Sequence) -> list[Figures]:
    """In the order of the steps; those that no lead has come to are there too."""
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    for counted in (_states(sequence), _ends(sequence), _clicks(sequence), _answers(sequence), _reached(sequence)):
        for step, variant, what, times in counted:
            found[step, variant][what] += times
    steps = sequence.steps.filter(kind__in=[StepKind.EMAIL, StepKind.CALL]).prefetch_related("variants")
    return [Figures(step, text, found[step.pk, variant]) for step in steps for text, variant in _texts(step)]


def _texts(step: Step) -> list[tuple[str, int | None]]:
    variants = [(variant.key, variant.pk) for variant in step.variants.all()]
    return [(OWN_TEXT, None), *variants] if variants else [("", None)]


def _states(sequence: Sequence) -> Iterable[Any]:
    return _counted(_touches(sequence), F("state"))


def _ends(sequence: Sequence) -> Iterable[tuple[int, int | None, str, int]]:
    """By the last touch before the end. A call that ended it was closed at that very moment."""
    out = Touch.objects.filter(enrollment=OuterRef("pk"), state__in=OUT, send_started_at__lte=OuterRef("ended_at"))
    called = Touch.objects.filter(enrollment=OuterRef("pk"), kind=TouchKind.CALL, sent_at__lte=OuterRef("ended_at"))
    last = (out | called).order_by("-due_at", "-pk")
    ended = Enrollment.objects.filter(sequence=sequence, exit_reason__in=AFTER).annotate(
        step=Subquery(last.values("step")[:1]), variant=Subquery(last.values("variant")[:1])
    )
    rows = ended.filter(step__isnull=False).order_by().values_list("step", "variant", "exit_reason")
    for step, variant, reason, times in rows.annotate(times=Count("pk")):
        yield step, variant, AFTER[reason], times


def _clicks(sequence: Sequence) -> Iterable[Any]:
    """Touches with a person's click."""
    human = Click.objects.human().filter(touch=OuterRef("pk"))
    return _named(_touches(sequence).filter(Exists(human)), "clicks")


def _answers(sequence: Sequence) -> Iterable[Any]:
    """Touches whose question was answered by their link."""
    answer = Answer.objects.filter(
        lead=OuterRef("enrollment__lead"),
        question=OuterRef("step__question"),
        provenance=Provenance.LINK,
        answered_at__gte=OuterRef("sent_at"),
    )
    return _named(_touches(sequence).filter(kind=TouchKind.EMAIL).filter(Exists(answer)), "answers")


def _reached(sequence: Sequence) -> Iterable[Any]:
    """Calls in which somebody spoke."""
    spoke = CallAttempt.objects.filter(task__touch=OuterRef("pk"), outcome__in=SPOKE)
    return _named(_touches(sequence).filter(kind=TouchKind.CALL).filter(Exists(spoke)), "reached")


def _touches(sequence: Sequence) -> QuerySet[Touch]:
    return Touch.objects.filter(enrollment__sequence=sequence).order_by()


def _named(touches: QuerySet[Touch], what: str) -> Iterable[tuple[int, int | None, str, int]]:
    for step, variant, times in touches.values_list("step", "variant").annotate(times=Count("pk")):
        yield step, variant, what, times


def _counted(touches: QuerySet[Touch], by: Any) -> Iterable[tuple[int, int | None, str, int]]:
    return touches.values_list("step", "variant", by).annotate(times=Count("pk"))
