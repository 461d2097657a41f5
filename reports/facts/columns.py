"""What a lead's facts are made of: an expression on ``Lead`` for each field of ``LeadFact``.

The same expressions, over all leads, are the full computation.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    F,
    OuterRef,
    PositiveIntegerField,
    Q,
    QuerySet,
    SmallIntegerField,
    Subquery,
    Sum,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Concat, Left, TruncDate

from crm.opportunities.valuing import MONEY
from crm.people.models import Company
from crm.people.territory_lookup import definitions
from crm.people.territory_sql import KEYS, territory_case
from leads.models import Answer, Choice, Dimension, Draw, Question, QuestionKind, Stage, StageChange
from leads.populations import CLOSED_AT, LOST, TEAM, WITH_OPPORTUNITY, WON, first_form
from nurture.models import CallAttempt, Enrollment, Touch, TouchState
from reports.facts.functions import Days, JSONText, Tokens, text, token
from reports.models import LeadFact

# The lead's own fields, as they are.
COPIED = ("path", "source", "campaign", "owner", "team")
DEAL = "conversion__opportunity"
FURTHEST = {"mql": 1, "sal": 2, "sql": 3, "opportunity": 4, "won": 5}
SPEED = {"m5": timedelta(minutes=5), "h1": timedelta(hours=1), "h4": timedelta(hours=4), "d1": timedelta(days=1)}


@dataclass(frozen=True)
class Yardsticks:
    """What facts are measured by, as the company says today."""

    company: Company

    @property
    def zone(self) -> ZoneInfo:
        return self.company.zone

    @property
    def currency(self) -> str:
        return self.company.currency

    @cached_property
    def time_frame(self) -> str:
        """The key of the first question about the time frame whose answer is one choice; "" where there is none."""
        asked = Question.objects.filter(dimension=Dimension.TIME_FRAME, kind=QuestionKind.CHOICE)
        return asked.values_list("key", flat=True).first() or ""

    @cached_property
    def territories(self) -> list[Any]:
        return definitions()


def computed(by: Yardsticks, names: Iterable[str]) -> dict[str, Any]:
    """Those of ``names`` that are not fields of the lead, by name, with what they need: as aliases, in this order."""
    aliases: dict[str, Any] = {}
    for name in names:
        if name in COPIED or name in ("lead", "pk"):
            continue
        aliases |= {need: KEYS[need] for need in KEYS} if name == "territory" else {}
        aliases[name] = MADE[name](by)
    return aliases


def _day(moment: str, by: Yardsticks) -> TruncDate:
    return TruncDate(moment, tzinfo=by.zone)


def _days(first: str, last: str, when: Q | None = None) -> Any:
    def made(by: Yardsticks) -> Any:
        days = Days(_day(last, by), _day(first, by))
        return Case(When(when, then=days)) if when else days

    return made


def _furthest(by: Yardsticks) -> Case:
    return Case(
        When(WON, then=Value(5)),
        When(WITH_OPPORTUNITY, then=Value(4)),
        When(sql_at__isnull=False, then=Value(3)),
        When(sal_at__isnull=False, then=Value(2)),
        When(~Q(path=""), then=Value(1)),
        default=Value(0),
        output_field=SmallIntegerField(),
    )


def _speed(by: Yardsticks) -> Case:
    """From being marketing-qualified to the first acceptance. Leads that a rep brought in were never waiting."""
    quick = [When(sal_at__lte=F("mql_at") + limit, then=Value(key)) for key, limit in SPEED.items()]
    return Case(
        When(mql_at=None, then=Value("")), When(sal_at=None, then=Value("never")), *quick, default=Value("later"),
        output_field=CharField(),
    )  # fmt: skip


def _priced(by: Yardsticks) -> list[When]:
    ours = Q(**{f"{DEAL}__currency": by.currency, f"{DEAL}__amount__isnull": False})
    rated = Q(**{f"{DEAL}__company_currency": by.currency, f"{DEAL}__company_amount__isnull": False})
    return [When(WON & ours, then=F(f"{DEAL}__amount")), When(WON & rated, then=F(f"{DEAL}__company_amount"))]


def _unpriced(by: Yardsticks) -> Case:
    priced = [When(when.condition, then=Value("")) for when in _priced(by)]
    return Case(
        *priced, When(WON & Q(**{f"{DEAL}__amount": None}), then=Value("unknown")), When(WON, then=Value("foreign")),
        default=Value(""), output_field=CharField(),
    )  # fmt: skip


def _lost_because(by: Yardsticks) -> Case:
    """The managed reason, else the rep's own words."""
    said = Coalesce(F(f"{DEAL}__closed_because__name"), F(f"{DEAL}__close_reason"))
    return Case(When(LOST, then=Left(said, 200)), default=Value(""), output_field=CharField())


def _calls(aggregate: Any) -> Any:
    mine = CallAttempt.objects.filter(task__lead=OuterRef("pk")).order_by().values("task__lead")
    counted = mine.annotate(figure=aggregate).values("figure")
    return Coalesce(Subquery(counted, output_field=PositiveIntegerField()), Value(0))


def newest_answers(**more: Any) -> QuerySet[Answer]:
    """Of the outer lead, those that count."""
    same = Answer.objects.filter(lead=OuterRef("lead"), question=OuterRef("question"))
    newest = same.order_by("-answered_at", "-pk").values("pk")[:1]
    return Answer.objects.filter(lead=OuterRef("pk"), pk=Subquery(newest), **more)


def _time_frame(by: Yardsticks) -> Any:
    answers = Answer.objects.filter(lead=OuterRef("pk"), question__key=by.time_frame).order_by("-answered_at", "-pk")
    return Coalesce(Subquery(answers.annotate(text=JSONText("value")).values("text")[:1]), text(""))


def _said(by: Yardsticks) -> Any:
    same = Choice.objects.filter(question=OuterRef("question"), value=OuterRef("text")).values("pk")[:1]
    rows = newest_answers(question__kind=QuestionKind.CHOICE).annotate(text=JSONText("value"), choice=Subquery(same))
    return _set(rows.filter(choice__isnull=False), "lead", token("c", "choice"))


def _exposed(by: Yardsticks) -> Any:
    """Leads are exposed to a step when its e-mail was sent or its call made."""
    got = Touch.objects.filter(enrollment__lead=OuterRef("pk"), state=TouchState.SENT)
    return Concat(
        _set(Answer.objects.filter(lead=OuterRef("pk")), "lead", token("q", "question_id")),
        _set(Enrollment.objects.filter(lead=OuterRef("pk")), "lead", token("e", "sequence_id")),
        _set(got, "enrollment__lead", token("s", "step_id")),
        output_field=TextField(),
    )


def _arms(by: Yardsticks) -> Any:
    return _set(Draw.objects.filter(lead=OuterRef("pk")), "lead", token("a", "arm_id"))


def _reasons(by: Yardsticks) -> Any:
    changes = StageChange.objects.filter(lead=OuterRef("pk"), reason__isnull=False)
    return _set(changes, "lead", token("r", "reason_id", ":", "from_stage"))


def _set(rows: QuerySet[Any], lead: str, one: Any) -> Any:
    """The tokens of the outer lead, each once, in no order that counts."""
    return Coalesce(Subquery(rows.order_by().values(lead).annotate(tokens=Tokens(one)).values("tokens")), text(""))


def _status(by: Yardsticks) -> Any:
    return Coalesce(F(f"{DEAL}__status"), Value(""), output_field=CharField())


def _is(condition: Q) -> Any:
    return lambda by: Case(When(condition, then=Value(True)), default=Value(False), output_field=BooleanField())


MADE: Mapping[str, Any] = {
    "began_on": lambda by: _day("first_inquiry_at", by),
    "furthest": _furthest,
    "engaged": _is(Q(engaged_at__isnull=False)),
    "disqualified": _is(Q(stage=Stage.DISQUALIFIED)),
    "calls": lambda by: _calls(Coalesce(Sum(Value(1)), 0)),
    "call_seconds": lambda by: _calls(Sum("duration")),
    "outcome": _status,
    "form": lambda by: first_form(),
    "territory": lambda by: territory_case(by.territories),
    "of_team": lambda by: TEAM,
    "time_frame": _time_frame,
    "reached_on": lambda by: _day("reached_sales_at", by),
    "closed_on": lambda by: _day(CLOSED_AT, by),
    "open_since": lambda by: Case(When(~Q(WON), then=_day("first_inquiry_at", by))),
    "to_win": _days("first_inquiry_at", CLOSED_AT, WON),
    "to_sales": _days("first_inquiry_at", "reached_sales_at"),
    "to_accept": _days("reached_sales_at", "sal_at"),
    "to_vet": _days("sal_at", "sql_at"),
    "accepted_to_deal": _days("sal_at", "conversion__converted_at"),
    "vetted_to_deal": _days("sql_at", "conversion__converted_at"),
    "deal_to_win": _days("conversion__converted_at", CLOSED_AT, WON),
    "speed": _speed,
    "worth": lambda by: Case(*_priced(by), default=Value(None), output_field=MONEY),
    "unpriced": _unpriced,
    "lost_because": _lost_because,
    "reasons": _reasons,
    "arms": _arms,
    "exposed": _exposed,
    "said": _said,
}
NAMES = tuple(field.name for field in LeadFact._meta.concrete_fields)
