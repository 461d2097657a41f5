"""What a value of each kind looks like: as typed, as stored, as shown.

Stored as JSON: choice "value"; choices ["value", ...]; boolean true; number "12.5"; money {"amount": "5000.00",
"currency": "EUR"}; date "2026-05-01"; time frame {"days": 90} (``crm.fields.time_frames``); text "...".
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.formats import date_format

from crm.fields import time_frames
from crm.fields.kinds import Asked, FieldKind
from crm.web.texts import UNSTORABLE, is_storable

MAX_TEXT = 5_000
MAX_NUMBER = Decimal(10) ** 12
_TRUE, _FALSE = {"true", "yes", "1", "on"}, {"false", "no", "0", "off"}


class InvalidValue(ValueError):
    """The value does not answer what is asked; the message is for a person."""


def clean(asked: Asked, raw: Any) -> Any:
    """``raw`` (a string of a form or file, or JSON) as the JSON that is stored. Raises InvalidValue."""
    return _CLEANERS[asked.kind](asked, raw)


def _text(value: Any, limit: int = MAX_TEXT) -> str:
    if not isinstance(value, str | int | float | Decimal | date) or isinstance(value, bool):
        raise InvalidValue("Enter a text.")
    text = str(value).strip()
    if not text:
        raise InvalidValue("Enter an answer.")
    if len(text) > limit:
        raise InvalidValue(f"Use at most {limit:,} characters.")
    if not is_storable(text):
        raise InvalidValue(UNSTORABLE)
    return text


def _choice(asked: Asked, raw: Any) -> str:
    value = _text(raw, limit=100)
    if value not in {option.value for option in asked.options}:
        raise InvalidValue(f"“{value[:50]}” is not one of the choices.")
    return value


def _choices(asked: Asked, raw: Any) -> list[str]:
    values = raw if isinstance(raw, list | tuple) else [raw]
    if len(values) > len(asked.options):
        raise InvalidValue("Those are more answers than there are choices.")
    return list(dict.fromkeys(_choice(asked, value) for value in values))


def _boolean(asked: Asked, raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = _text(raw, limit=10).lower()
    if word not in _TRUE | _FALSE:
        raise InvalidValue("Answer yes or no.")
    return word in _TRUE


def _decimal(raw: Any) -> Decimal:
    try:
        number = Decimal(_text(raw, limit=40))
    except InvalidOperation as error:
        raise InvalidValue("Enter a number. Example: 2500.") from error
    if not number.is_finite() or abs(number) >= MAX_NUMBER:
        raise InvalidValue("That number is too large.")
    return number


def _number(asked: Asked, raw: Any) -> str:
    return str(_decimal(raw))


def _money(asked: Asked, raw: Any) -> dict[str, str]:
    from_json = raw if isinstance(raw, dict) else {"amount": raw}
    amount = _decimal(from_json.get("amount", ""))
    if amount < 0:
        raise InvalidValue("An amount of money is not negative.")
    currency = str(from_json.get("currency") or "").upper()
    if currency and not (len(currency) == 3 and currency.isalpha() and currency.isascii()):
        raise InvalidValue("Use a currency code of three letters. Example: EUR.")
    return {"amount": str(amount.quantize(Decimal("0.01"))), "currency": currency}


def _date(asked: Asked, raw: Any) -> str:
    try:
        return date.fromisoformat(_text(raw, limit=10)).isoformat()
    except ValueError as error:
        raise InvalidValue("Enter a date. Example: 2026-05-01.") from error


def _time_frame(asked: Asked, raw: Any) -> dict[str, int | None]:
    """``raw`` is a text as ``parse_days`` reads it, what is stored, or ``{"number": 3, "unit": "months"}``."""
    try:
        return {"days": _days(raw)}
    except ValueError as error:
        raise InvalidValue("Enter a time frame. Example: 3 months, or none for no plan.") from error


def _days(raw: Any) -> int | None:
    if not isinstance(raw, dict):
        return time_frames.parse_days(_text(raw, limit=40))
    if raw.keys() == {"number", "unit"}:
        return time_frames.parse_days(f"{_text(raw['number'], limit=10)} {_text(raw['unit'], limit=10)}")
    if raw.keys() != {"days"}:
        raise ValueError(raw)
    return None if raw["days"] is None else time_frames.parse_days(_text(raw["days"], limit=10))


_CLEANERS: dict[str, Callable[[Asked, Any], Any]] = {
    FieldKind.CHOICE: _choice,
    FieldKind.CHOICES: _choices,
    FieldKind.BOOLEAN: _boolean,
    FieldKind.NUMBER: _number,
    FieldKind.MONEY: _money,
    FieldKind.DATE: _date,
    FieldKind.TIME_FRAME: _time_frame,
    FieldKind.TEXT: lambda asked, raw: _text(raw),
}


def display(asked: Asked, value: Any) -> str:
    """For people. A choice that no longer exists shows its stored value."""
    if asked.kind == FieldKind.BOOLEAN:
        return "Yes" if value else "No"
    if asked.kind == FieldKind.MONEY:
        return f"{Decimal(value['amount']):,.2f} {value['currency']}".strip()
    if asked.kind == FieldKind.TIME_FRAME:
        return time_frames.describe(value["days"])
    if asked.kind == FieldKind.NUMBER:
        return f"{Decimal(value):,f}"
    if asked.kind == FieldKind.DATE:
        return date_format(date.fromisoformat(value), "j M Y")
    labels = {option.value: option.label for option in asked.options}
    values = value if isinstance(value, list) else [value]
    return ", ".join(labels.get(str(item), str(item)) for item in values)
