"""What invented recipients do: the dice of a dry run. The same seed gives the same people."""

from dataclasses import dataclass, fields
from datetime import timedelta
from random import Random
from typing import Any

from crm.fields import time_frames
from leads.answers import clean_value
from leads.models import Choice, Question, QuestionKind
from nurture.models import CallOutcome

LONGEST = timedelta(days=14)


@dataclass(frozen=True)
class Rates:
    """Percent. Of the mails sent: ``bounces``; of those delivered: ``clicks``, ``answers`` (of mails that ask a
    question), ``replies``, ``opts_out``. Of the calls made: ``connected``, ``not_interested``, ``do_not_call``; all
    others were not answered. ``tells``: of the open questions, those that are answered on the phone."""

    bounces: float = 2
    opts_out: float = 1
    replies: float = 2
    answers: float = 8
    clicks: float = 6
    connected: float = 40
    tells: float = 50
    not_interested: float = 8
    do_not_call: float = 1

    @classmethod
    def names(cls) -> list[str]:
        return [field.name for field in fields(cls)]


@dataclass(frozen=True)
class Reaction:
    """``kind``: bounce, opt_out, reply, answer, click, or "" for the most frequent one: none."""

    kind: str
    after: timedelta


class Behavior:
    def __init__(self, rates: Rates, seed: int) -> None:
        self.rates = rates
        self.rng = Random(seed)  # noqa: S311 - dice, not secrets

    def to_mail(self, *, asks: bool) -> Reaction:
        rates, draw = self.rates, self.rng.random() * 100
        kinds = {"bounce": rates.bounces, "opt_out": rates.opts_out, "reply": rates.replies}
        kinds |= {"answer": rates.answers if asks else 0, "click": rates.clicks}
        for kind, share in kinds.items():
            draw -= share
            if draw < 0:
                return Reaction(kind, timedelta(minutes=1) if kind == "bounce" else self._later())
        return Reaction("", timedelta())

    def to_call(self) -> str:
        rates, draw = self.rates, self.rng.random() * 100
        shares = {
            CallOutcome.CONNECTED: rates.connected,
            CallOutcome.NOT_INTERESTED: rates.not_interested,
            CallOutcome.DO_NOT_CALL: rates.do_not_call,
        }
        for outcome, share in shares.items():
            draw -= share
            if draw < 0:
                return outcome
        return CallOutcome.NO_ANSWER

    def tells(self) -> bool:
        return self.rng.random() * 100 < self.rates.tells

    def answer(self, question: Question) -> Any:
        """As it is stored; None for what cannot be invented."""
        match QuestionKind(question.kind):
            case QuestionKind.BOOLEAN:
                return self.rng.choice([True, False])
            case QuestionKind.TIME_FRAME:
                return clean_value(question, self.rng.choice(time_frames.STEPS)[0])
            case QuestionKind.CHOICE | QuestionKind.CHOICES:
                offered: list[Choice] = [choice for choice in question.choices.all() if choice.active]
                return clean_value(question, self.rng.choice(offered).value) if offered else None
        return None

    def _later(self) -> timedelta:
        """Mostly within hours, sometimes after days."""
        return min(timedelta(hours=9 * self.rng.lognormvariate(0, 1)), LONGEST)
