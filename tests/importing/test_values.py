from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from leads.importing.errors import RowRefused
from leads.importing.values import Moment, Value
from tests.factories import NOW

ROW = {"id": " 7 ", "first": "Ann", "last": "", "city": "Select", "answer": "Yes", "odd {name}": "x"}


def value(**spec: Any) -> Value:
    return Value(name="field", **spec)


@pytest.mark.parametrize(
    ("spec", "expected"),
    [
        ({"column": "id"}, "7"),
        ({"column": "last"}, None),
        ({"column": "odd {name}"}, "x"),
        ({"constant": "always"}, "always"),
        ({"constant": False}, False),
        ({"template": "{id}@example.com"}, "7@example.com"),
        ({"template": "{first} {last}"}, "Ann"),
        ({"template": "{last}@example.com"}, None),
        ({"template": "{id.__class__}"}, KeyError),
        ({"column": "city"}, "Select"),
        ({"column": "city", "not_answered": frozenset({"Select"})}, None),
        ({"template": "in {city}", "not_answered": frozenset({"Select"})}, None),
        ({"column": "answer", "values": {"Yes": "y"}}, "y"),
        ({"column": "answer", "values": {"Yes": None}}, None),
        ({"column": "answer", "values": {"No": "n"}}, "Yes"),
        ({"column": "last", "values": {"": "nobody"}}, "nobody"),
        ({"column": "city", "values": {"Select": "s"}, "not_answered": frozenset({"Select"})}, "s"),
    ],
)
def test_value_is_what_the_row_says(spec: dict[str, Any], expected: Any) -> None:
    if expected is KeyError:
        with pytest.raises(KeyError):
            value(**spec).of(ROW)
    else:
        assert value(**spec).of(ROW) == expected


@pytest.mark.parametrize(
    ("cell", "expected"), [("Yes", True), ("true", True), ("1", True), ("No", False), ("0", False), ("", False)]
)
def test_flag_reads_yes_and_no(cell: str, expected: bool) -> None:
    assert value(column="a").flag({"a": cell}) is expected


def test_flag_refuses_what_is_neither() -> None:
    with pytest.raises(RowRefused, match="field: “maybe” is neither yes nor no"):
        value(column="a").flag({"a": "maybe"})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("0.0", Decimal("0.00")), ("100000.0", Decimal("100000.00")), ("1.005", Decimal("1.00")), ("", None)],
)
def test_amount_keeps_zero_and_blank_apart(cell: str, expected: Decimal | None) -> None:
    assert value(column="a").amount({"a": cell}) == expected


@pytest.mark.parametrize("cell", ["-1", "1.234,50", "NaN", "Infinity", "1e30", "abc", "1,000"])
def test_amount_refuses_what_is_none(cell: str) -> None:
    with pytest.raises(RowRefused, match="is not an amount"):
        value(column="a").amount({"a": cell})


@pytest.mark.parametrize(
    ("cell", "formats", "expected"),
    [
        ("2026-01-15", (), datetime(2026, 1, 14, 23, tzinfo=UTC)),
        ("2026-01-15 12:30:00", (), datetime(2026, 1, 15, 11, 30, tzinfo=UTC)),
        ("2026-01-15T12:30:00+00:00", (), datetime(2026, 1, 15, 12, 30, tzinfo=UTC)),
        ("15.01.2026", ("%d.%m.%Y",), datetime(2026, 1, 14, 23, tzinfo=UTC)),
        ("15.01.2026 12:30", ("%d.%m.%Y", "%d.%m.%Y %H:%M"), datetime(2026, 1, 15, 11, 30, tzinfo=UTC)),
        ("", (), None),
    ],
)
def test_moment_is_of_the_zone_that_is_named(cell: str, formats: tuple[str, ...], expected: datetime | None) -> None:
    moment = Moment(name="at", column="a", formats=formats, zone=ZoneInfo("Europe/Berlin"))
    assert moment.at({"a": cell}, now=NOW) == expected


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("soon", "at: “soon” is not a date (ISO 8601, as 2026-05-01 or 2026-05-01 14:30)."),
        ("2026-02-30", "at: “2026-02-30” is not a date (ISO 8601, as 2026-05-01 or 2026-05-01 14:30)."),
        ("2099-01-01", "at: “2099-01-01” is in the future."),
        ("1066-10-14", "at: “1066-10-14” is before 1900."),
    ],
)
def test_moment_refuses_what_cannot_be_history(cell: str, message: str) -> None:
    with pytest.raises(RowRefused) as refused:
        Moment(name="at", column="a").at({"a": cell}, now=NOW)
    assert refused.value.reasons == (message,)
