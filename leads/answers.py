"""What an answer to each kind of question looks like: as typed, as stored, as shown.

Stored as JSON: choice "value"; choices ["value", ...]; boolean true; number "12.5"; money {"amount": "5000.00",
"currency": "EUR"}; date "2026-05-01"; time frame {"days": 90} (``leads.time_frames``); text "...".
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from crm.web.texts import UNSTORABLE, is_storable
from leads import time_frames
from leads.models import Question, QuestionKind

MAX_TEXT = 5_000
MAX_NUMBER = Decimal(10) ** 12
_TRUE, _FALSE = {"true", "yes", "1", "on"}, {"false", "no", "0", "off"}


class InvalidAnswer(ValueError):
    """The value is not an answer to the question; the message is for a person."""


def clean_value(question: Question, raw: Any) -> Any:
    """``raw`` (a string of a form or file, or JSON) as the JSON that is stored. Raises InvalidAnswer."""
    return _CLEANERS[question.kind](question, raw)


def _text(value: Any, limit: int = MAX_TEXT) -> str:
    if not isinstance(value, str | int | float | Decimal | date) or isinstance(value, bool):
        raise InvalidAnswer("Enter a text.")
    text = str(value).strip()
    if not text:
        raise InvalidAnswer("Enter an answer.")
    if len(text) > limit:
        raise InvalidAnswer(f"Use at most {limit:,} characters.")
    if not is_storable(text):
        raise InvalidAnswer(UNSTORABLE)
    return text


def _choice(question: Question, raw: Any) -> str:
    value = _text(raw, limit=100)
    if value not in {choice.value for choice in question.choices.all()}:
        raise InvalidAnswer(f"“{value[:50]}” is not one of the choices.")
    return value


def _choices(question: Question, raw: Any) -> list[str]:
    values = raw if isinstance(raw, list | tuple) else [raw]
    if len(values) > question.choices.count():
        raise InvalidAnswer("Those are more answers than there are choices.")
    return list(dict.fromkeys(_choice(question, value) for value in values))


def _boolean(question: Question, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = _text(raw, limit=10).lower()
    if word not in _TRUE | _FALSE:
        raise InvalidAnswer("Answer yes or no.")
    return word in _TRUE


def _decimal(raw: Any) -> Decimal:
    try:
        number = Decimal(_text(raw, limit=40))
    except InvalidOperation as error:
        raise InvalidAnswer("Enter a number. Example: 2500.") from error
    if not number.is_finite() or abs(number) >= MAX_NUMBER:
        raise InvalidAnswer("That number is too large.")
    return number


def _number(question: Question, raw: Any) -> str:
    return str(_decimal(raw))


def _money(question: Question, raw: Any) -> dict[str, str]:
    from_json = raw if isinstance(raw, dict) else {"amount": raw}
    amount = _decimal(from_json.get("amount", ""))
    if amount < 0:
        raise InvalidAnswer("An amount of money is not negative.")
    currency = str(from_json.get("currency") or "").upper()
    if currency and not (len(currency) == 3 and currency.isalpha() and currency.isascii()):
        raise InvalidAnswer("Use a currency code of three letters. Example: EUR.")
    return {"amount": str(amount.quantize(Decimal("0.01"))), "currency": currency}


def _date(question: Question, raw: Any) -> str:
    try:
        return date.fromisoformat(_text(raw, limit=10)).isoformat()
    except ValueError as error:
        raise InvalidAnswer("Enter a date. Example: 2026-05-01.") from error


def _time_frame(question: Question, raw: Any) -> dict[str, int | None]:
    """``raw`` is a text as ``parse_days`` reads it, what is stored, or ``{"number": 3, "unit": "months"}``."""
    try:
        return {"days": _days(raw)}
    except ValueError as error:
        raise InvalidAnswer("Enter a time frame. Example: 3 months, or none for no plan.") from error


def _days(raw: Any) -> int | None:
    if not isinstance(raw, dict):
        return time_frames.parse_days(_text(raw, limit=40))
    if raw.keys() == {"number", "unit"}:
        return time_frames.parse_days(f"{_text(raw['number'], limit=10)} {_text(raw['unit'], limit=10)}")
    if raw.keys() != {"days"}:
        raise ValueError(raw)
    return None if raw["days"] is None else time_frames.parse_days(_text(raw["days"], limit=10))


_CLEANERS: dict[str, Callable[[Question, Any], Any]] = {
    QuestionKind.CHOICE: _choice,
    QuestionKind.CHOICES: _choices,
    QuestionKind.BOOLEAN: _boolean,
    QuestionKind.NUMBER: _number,
    QuestionKind.MONEY: _money,
    QuestionKind.DATE: _date,
    QuestionKind.TIME_FRAME: _time_frame,
    QuestionKind.TEXT: lambda question, raw: _text(raw),
}


def display(question: Question, value: Any) -> str:
    """For people. A choice that no longer exists shows its stored value."""
    if question.kind == QuestionKind.BOOLEAN:
        return "Yes" if value else "No"
    if question.kind == QuestionKind.MONEY:
        return f"{Decimal(value['amount']):,.2f} {value['currency']}".strip()
    if question.kind == QuestionKind.TIME_FRAME:
        return time_frames.describe(value["days"])
    labels = {choice.value: choice.label for choice in question.choices.all()}
    values = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(str(item), str(item)) for item in values)
