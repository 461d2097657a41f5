"""Counts for each step with a touch, and for each text of an e-mail, from what is on record: the touches, what was
reported of their mails, clicks, answers, mails that came in, calls.

Opting out and qualifying are of leads, not of mails: they are counted at the last touch that the lead had had by then,
of whatever sequence. They came after it, which need not be because of it. Only variants, which are drawn at random,
carry causal words.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from leads.models import Answer, Lead, Provenance, Stage, StageChange
from nurture.models import (
    CallOutcome,
    Click,
    InboundKind,
    InboundMail,
    MailEvent,
    MailEventKind,
    Sequence,
    Step,
    StepKind,
    Suppression,
    SuppressionKind,
    SuppressionReason,
    Touch,
    TouchKind,
    TouchState,
)
from nurture.models.calls import SPOKE, CallAttempt
from nurture.models.step import OWN_TEXT

Key = tuple[int, int | None]  # of step and variant; None is the step's own text
OUT = (TouchState.SENT, TouchState.UNKNOWN)
WANTS_NO_MORE = (SuppressionReason.OPT_OUT, SuppressionReason.COMPLAINT)


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

    def count(self, what: str) -> int:
        """``planned``: all that ever were; ``trouble``: failed or unknown."""
        names: dict[str, list[str]] = {
            "planned": TouchState.values,
            "trouble": [TouchState.FAILED, TouchState.UNKNOWN],
        }
        return sum(self.counts[name] for name in names.get(what, [what]))


def figures_of(sequence: Sequence) -> list[Figures]:
    """In the order of the steps; those that no lead has come to are there too."""
    found: dict[Key, Counter[str]] = defaultdict(Counter)
    first, *others = (_row(touches, what) for what, touches in _counted(sequence))
    for step, variant, what, times in first.union(*others, *_of_leads(sequence), all=True):
        found[step, variant][what] += times
    steps = sequence.steps.filter(kind__in=[StepKind.EMAIL, StepKind.CALL]).prefetch_related("variants")
    return [Figures(step, text, found[step.pk, variant]) for step in steps for text, variant in _texts(step)]


def _texts(step: Step) -> list[tuple[str, int | None]]:
    variants = [(variant.key, variant.pk) for variant in step.variants.all()]
    return [(OWN_TEXT, None), *variants] if variants else [("", None)]


def _counted(sequence: Sequence) -> Iterator[tuple[Any, QuerySet[Touch]]]:
    """Touches by what is counted of them."""
    touches = Touch.objects.filter(enrollment__sequence=sequence)
    mails, calls = touches.filter(kind=TouchKind.EMAIL), touches.filter(kind=TouchKind.CALL)
    hard, soft, arrived = (
        Exists(MailEvent.objects.filter(touch=OuterRef("pk"), kind=kind))
        for kind in (MailEventKind.HARD_BOUNCE, MailEventKind.SOFT_BOUNCE, MailEventKind.DELIVERED)
    )
    yield F("state"), touches
    yield "bounced", mails.filter(hard)
    yield "bounced_for_now", mails.filter(soft, ~hard, ~arrived)
    yield "delivered", mails.filter(~hard, ~soft | arrived, state=TouchState.SENT)
    yield "clicks", mails.filter(Exists(Click.objects.human().filter(touch=OuterRef("pk"))))
    yield "answers", mails.filter(Exists(_answers()))
    yield "replies", mails.filter(Exists(InboundMail.objects.filter(touch=OuterRef("pk"), kind=InboundKind.REPLY)))
    for what, outcomes in (("reached", SPOKE), ("not_interested", (CallOutcome.NOT_INTERESTED,))):
        yield what, calls.filter(Exists(CallAttempt.objects.filter(task__touch=OuterRef("pk"), outcome__in=outcomes)))


def _answers() -> QuerySet[Answer]:
    """By a link, to the mail's question, after it."""
    by_link = Answer.objects.filter(provenance=Provenance.LINK, answered_at__gte=OuterRef("sent_at"))
    return by_link.filter(lead=OuterRef("enrollment__lead"), question=OuterRef("step__question"))


def _row(touches: QuerySet[Touch], what: Any) -> QuerySet[Any]:
    name = Value(what, output_field=CharField()) if isinstance(what, str) else what
    return touches.order_by().values_list("step", "variant", name).annotate(times=Count("pk"))


def _of_leads(sequence: Sequence) -> list[QuerySet[Any]]:
    """What leads did after their last touch."""
    theirs = Lead.objects.filter(enrollments__sequence=sequence)
    qualified = StageChange.objects.filter(to_stage=Stage.MQL, lead__in=theirs)
    opted_out = Suppression.objects.filter(
        kind=SuppressionKind.EMAIL, reason__in=WANTS_NO_MORE, key__in=theirs.exclude(email_key="").values("email_key")
    )
    return [
        _after(qualified, "qualified", Q(enrollment__lead=OuterRef("lead")), at="at"),
        _after(opted_out, "opted_out", Q(enrollment__lead__email_key=OuterRef("key")), at="created_at"),
    ]


def _after(events: QuerySet[Any], what: str, whose: Q, *, at: str) -> QuerySet[Any]:
    """By the last touch before. A call at the end of which it happened was closed at that very moment."""
    mailed = Q(kind=TouchKind.EMAIL, state__in=OUT, send_started_at__lte=OuterRef(at))
    called = Q(kind=TouchKind.CALL, sent_at__lte=OuterRef(at))
    when = Coalesce("sent_at", "send_started_at")
    last = Touch.objects.filter(whose, mailed | called).order_by(when.desc(), "-pk")
    found = events.annotate(step=Subquery(last.values("step")[:1]), variant=Subquery(last.values("variant")[:1]))
    rows = found.filter(step__isnull=False).order_by()
    return rows.values_list("step", "variant", Value(what, output_field=CharField())).annotate(times=Count("pk"))
