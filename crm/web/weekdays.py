"""Days of the week as they are stored (0 is Monday) and as people read them."""

from collections.abc import Collection

from django.core.exceptions import ValidationError

WEEKDAYS = [
    (0, "Monday"),
    (1, "Tuesday"),
    (2, "Wednesday"),
    (3, "Thursday"),
    (4, "Friday"),
    (5, "Saturday"),
    (6, "Sunday"),
]


def validate_weekdays(value: list[int]) -> None:
    if not value or not all(isinstance(day, int) and 0 <= day <= 6 for day in value):
        raise ValidationError("Name at least one weekday: 0 is Monday, 6 is Sunday. Example: [0, 1, 2, 3, 4].")


def working_week() -> list[int]:
    return [0, 1, 2, 3, 4]


def day_names(days: Collection[int]) -> str:
    """Mon, Tue, Wed."""
    return ", ".join(name[:3] for number, name in WEEKDAYS if number in days)
