"""Kinds of values that are asked for, by qualification questions and by custom fields."""

from dataclasses import dataclass

from django.db import models


class FieldKind(models.TextChoices):
    CHOICE = "choice", "One choice"
    CHOICES = "choices", "Several choices"
    BOOLEAN = "boolean", "Yes or no"
    NUMBER = "number", "Number"
    MONEY = "money", "Amount of money"
    DATE = "date", "Date"
    TIME_FRAME = "time_frame", "Time frame"
    TEXT = "text", "Text"


CHOICE_KINDS = (FieldKind.CHOICE, FieldKind.CHOICES)


@dataclass(frozen=True)
class Option:
    """One of the choices. An inactive one is no longer offered; where it was chosen, it stays."""

    value: str
    label: str
    active: bool = True
    pk: int = 0


@dataclass(frozen=True)
class Asked:
    """What is asked, whoever asks it."""

    kind: str
    label: str
    help_text: str = ""
    options: tuple[Option, ...] = ()
