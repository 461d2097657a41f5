"""Values of custom fields between JSON (``crm.fields.values``) and the typed columns they are stored in."""

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from crm.fields import values
from crm.fields.definitions import Definition
from crm.fields.kinds import CHOICE_KINDS, FieldKind
from crm.fields.models.value import KEY_LENGTH, NO_PLAN
from crm.fields.values import InvalidValue
from crm.people.models import Company
from crm.web.searching import fold

STORED = ("choice_id", "number", "currency", "day", "text")
DECIMALS = Decimal("0.0001")
_AMOUNT = re.compile(r"(?P<before>[A-Za-z]{3})? ?(?P<amount>[0-9][0-9.,]*?) ?(?P<after>[A-Za-z]{3})?")
MAX = Decimal(10) ** 11  # fifteen digits in all: what both databases keep exactly


def clean(definition: Definition, raw: Any) -> Any:
    """``raw`` as the one JSON that the columns give back, None for a blank. Raises InvalidValue."""
    if raw in ("", None, []):
        return None
    value = values.clean(definition, raw)
    if definition.kind == FieldKind.NUMBER:
        return plain(_fitting(Decimal(value)))
    if definition.kind == FieldKind.CHOICES:
        return [option.value for option in definition.options if option.value in value]
    if definition.kind == FieldKind.MONEY:
        _fitting(Decimal(value["amount"]))
        return value | {"currency": value["currency"] or Company.current().currency}
    return value


def from_text(definition: Definition, text: Any) -> Any:
    """As ``clean``, of what a file holds: a choice by its value or its label, several with “;” between them, an amount
    with its currency before or after it. Raises InvalidValue."""
    if not isinstance(text, str) or not text.strip():
        return clean(definition, "" if isinstance(text, str) else text)
    if definition.kind in CHOICE_KINDS:
        parts = text.split(";") if definition.kind == FieldKind.CHOICES else [text]
        values = [_choice_of(definition, part.strip()) for part in parts if part.strip()]
        return clean(definition, values if definition.kind == FieldKind.CHOICES else values[0])
    if definition.kind == FieldKind.MONEY and (found := _AMOUNT.fullmatch(text.strip())):
        return clean(
            definition, {"amount": found["amount"].replace(",", ""), "currency": found["before"] or found["after"]}
        )
    return clean(definition, text.strip())


def _choice_of(definition: Definition, text: str) -> str:
    values = {option.label.casefold(): option.value for option in definition.options}
    known = {option.value for option in definition.options}
    return text if text in known else values.get(text.casefold(), text)


def _fitting(number: Decimal) -> Decimal:
    if abs(number) >= MAX:
        raise InvalidValue("That number is too large.")
    if number != number.quantize(DECIMALS):
        raise InvalidValue("Use at most four decimals.")
    return number


def to_columns(definition: Definition, value: Any) -> list[dict[str, Any]]:
    """A row for each choice of several, else one."""
    ids = {option.value: option.pk for option in definition.options}
    match definition.kind:
        case FieldKind.CHOICE:
            return [{"choice_id": ids[value]}]
        case FieldKind.CHOICES:
            return [{"choice_id": ids[one], "slot": ids[one]} for one in value]
        case FieldKind.BOOLEAN:
            return [{"number": Decimal(value)}]
        case FieldKind.NUMBER:
            return [{"number": Decimal(value)}]
        case FieldKind.MONEY:
            return [{"number": Decimal(value["amount"]), "currency": value["currency"]}]
        case FieldKind.DATE:
            return [{"day": date.fromisoformat(value)}]
        case FieldKind.TIME_FRAME:
            return [{"number": Decimal(NO_PLAN if value["days"] is None else value["days"])}]
    return [{"text": value, "text_key": text_key(value)}]


def text_key(text: str) -> str:
    """How it begins, whatever its case and accents; never empty for a text that is not."""
    return (fold(text)[:KEY_LENGTH] or text)[:KEY_LENGTH]


def from_columns(definition: Definition, rows: Iterable[tuple[Any, ...]]) -> Any:
    """``rows``: the ``STORED`` columns of one value. Choices in the order of the field."""
    chosen, number, currency, day, text = zip(*rows, strict=True)
    match definition.kind:
        case FieldKind.CHOICE | FieldKind.CHOICES:
            found = [option.value for option in definition.options if option.pk in chosen]
            return found if definition.kind == FieldKind.CHOICES else found[0]
        case FieldKind.BOOLEAN:
            return bool(number[0])
        case FieldKind.NUMBER:
            return plain(number[0])
        case FieldKind.MONEY:
            return {"amount": str(number[0].quantize(Decimal("0.01"))), "currency": currency[0]}
        case FieldKind.DATE:
            return day[0].isoformat()
        case FieldKind.TIME_FRAME:
            return {"days": None if number[0] == NO_PLAN else int(number[0])}
    return text[0]


def plain(number: Decimal) -> str:
    """“2500”, “12.5”: without the zeros that the column adds."""
    return f"{number.normalize() + 0:f}"
