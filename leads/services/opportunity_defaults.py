"""The opportunity as the lead's answers fill it in."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from crm.people.models import Company
from leads.answers import display
from leads.facts import current_answers
from leads.models import Answer, Choice, Dimension, Lead, QuestionKind

DEFAULT_DAYS_TO_CLOSE = 90


@dataclass(frozen=True)
class OpportunityDefaults:
    name: str
    amount: Decimal | None
    currency: str
    close_date: date
    buying_role: str


def defaults_for(lead: Lead, *, today: date, answers: dict[str, Answer] | None = None) -> OpportunityDefaults:
    """Name "<company>: <need>", amount from the budget, close date at the end of the time frame, role by authority.
    ``answers`` are the current ones, where the caller has read them."""
    current = current_answers(lead) if answers is None else answers
    by_dimension = {answer.question.dimension: answer for answer in current.values()}
    need = by_dimension.get(Dimension.NEED)
    budget, currency = _amount(by_dimension.get(Dimension.BUDGET))
    authority = _choice(by_dimension.get(Dimension.AUTHORITY))
    subject = lead.company or str(lead)
    return OpportunityDefaults(
        name=f"{subject}: {display(need.question, need.value)}"[:200] if need else subject[:200],
        amount=budget,
        currency=currency or Company.current().currency,
        close_date=_close_date(by_dimension.get(Dimension.TIME_FRAME), today),
        buying_role=authority.buying_role if authority else "",
    )


def _choice(answer: Answer | None) -> Choice | None:
    if answer is None or answer.question.kind != QuestionKind.CHOICE:
        return None
    return next((choice for choice in answer.question.choices.all() if choice.value == answer.value), None)


def _amount(answer: Answer | None) -> tuple[Decimal | None, str]:
    if answer is not None and answer.question.kind == QuestionKind.MONEY:
        money: dict[str, Any] = answer.value
        return Decimal(money["amount"]), money["currency"]
    choice = _choice(answer)
    return (choice.amount if choice else None), ""


def _close_date(answer: Answer | None, today: date) -> date:
    """Counted from the day the time frame was answered, never in the past."""
    if answer is not None and answer.question.kind == QuestionKind.DATE:
        return max(date.fromisoformat(answer.value), today)
    days = _days(answer)
    if answer is None or days is None:
        return today + timedelta(days=DEFAULT_DAYS_TO_CLOSE)
    return max(answer.answered_at.date() + timedelta(days=days), today)


def _days(answer: Answer | None) -> int | None:
    if answer is not None and answer.question.kind == QuestionKind.TIME_FRAME:
        stored: dict[str, int | None] = answer.value
        return stored["days"]
    choice = _choice(answer)
    return choice.days if choice else None
