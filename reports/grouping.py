"""What the rows of a report are: one lead falls into exactly one group of each kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import DateField, F, QuerySet, Value
from django.db.models.functions import TruncMonth, TruncWeek

from crm.campaigns.models import Path
from leads.models import Dimension, Question, QuestionKind
from leads.models.lead import LeadQuerySet
from leads.options import Option
from leads.populations import NOT_YET_WITH_SALES, TEAM, first_form, newest_answer

Figures = TypeVar("Figures")

NO_INQUIRY = "Without an inquiry"


class By(models.TextChoices):
    WEEK = "week", "Week"
    MONTH = "month", "Month"
    PATH = "path", "Path"
    SOURCE = "source", "Source"
    CAMPAIGN = "campaign", "Campaign"
    FORM = "form", "First form"
    REP = "rep", "Rep"
    TEAM = "team", "Team"
    TIME_FRAME = "time_frame", "Answered time frame"
    ARM = "arm", "Test group"
    SUBJECT = "subject", "Subject"
    TERRITORY = "territory", "Territory"


IN_TIME = (By.WEEK, By.MONTH)
# The filter that narrows leads to a group, where its name differs.
NARROWED_BY = {By.REP: "owner", By.TIME_FRAME: "answer"}
NOBODY = {By.REP: "Nobody", By.FORM: "No form", By.TIME_FRAME: "Not answered"}


@dataclass(frozen=True)
class Group:
    """``key`` is what JSON says: "" for none. ``value`` is what the list of leads is narrowed to it by, ``day`` the
    first day of the week or month."""

    by: str
    key: str
    label: str
    value: str = ""
    day: date | None = None


@dataclass(frozen=True)
class Row(Generic[Figures]):
    """One line of a report: a group and what was counted in it."""

    group: Group
    figures: Figures


def grouped(
    leads: LeadQuerySet, *, by: str, zone: ZoneInfo, moment: str = "first_inquiry_at", within: str = "", **more: Any
) -> QuerySet[Any, dict[str, Any]]:
    """``leads`` by group, and by a second one ``within`` it, ready for ``annotate`` and ``group_of``. Weeks
    (from Monday)
    and months begin at midnight in ``zone``. Ids only: their names are known from the filters. ``more`` columns
    tell rows apart further."""
    columns = _columns(By(by), zone, moment) | more
    if within:
        columns |= {f"within_{name}": column for name, column in _columns(By(within), zone, moment).items()}
    return leads.order_by().values(**columns)


def _columns(by: By, zone: ZoneInfo, moment: str) -> dict[str, Any]:
    match by:
        case By.PATH:
            return {"group": F("path")}
        case By.SOURCE:
            return {"group": F("source_id")}
        case By.CAMPAIGN:
            return {"group": F("campaign_id")}
        case By.REP:
            return {"group": F("owner_id")}
        case By.TEAM:
            return {"group": TEAM}
        case By.FORM:
            return {"group": first_form()}
        case By.TIME_FRAME:
            key = _time_frame_question()
            return {"group": newest_answer(key), "question": Value(key)}
        case By.WEEK:
            return {"group": TruncWeek(moment, tzinfo=zone, output_field=DateField())}
    return {"group": TruncMonth(moment, tzinfo=zone, output_field=DateField())}


def _time_frame_question() -> str:
    """The key of the first question about the time frame whose answer is one choice; "" where there is none."""
    found = Question.objects.filter(dimension=Dimension.TIME_FRAME, kind=QuestionKind.CHOICE).values_list("key")
    return next((key for (key,) in found[:1]), "")


def week_of(monday: date) -> Group:
    return Group(By.WEEK, monday.isoformat(), f"{monday.day} {monday:%b %Y}", day=monday)


def group_of(row: dict[str, Any], *, by: str, options: Mapping[str, list[Option]], prefix: str = "") -> Group:
    """The group that one row of ``grouped`` is. ``options``: the filters' own, for names."""
    value = row[f"{prefix}group"]
    match By(by):
        case By.PATH:
            return Group(by, value, Path(value).label if value else NOT_YET_WITH_SALES, value)
        case By.MONTH if value:
            return Group(by, f"{value:%Y-%m}", f"{value:%b %Y}", day=value)
        case By.WEEK if value:
            return week_of(value)
        case By.MONTH | By.WEEK:
            return Group(by, "", NO_INQUIRY)
        case By.TIME_FRAME:
            return _answer(by, row[f"{prefix}question"], value, options.get("answer", []))
    return _known(by, str(value or ""), options.get(by, []))


def _known(by: str, value: str, options: list[Option]) -> Group:
    found = next((option for option in options if option.value == value), None)
    return Group(by, found.key, found.label, value) if found else Group(by, value, value or _nobody(by), value)


def _answer(by: str, question: str, answer: Any, options: list[Option]) -> Group:
    key = "" if answer is None else str(answer)
    found = next((option for option in options if option.value == f"{question}:{key}"), None)
    label = found.label.rpartition("? ")[2] if found and key else key
    return Group(by, key, label or _nobody(by), found.value if found else "")


def _nobody(by: str) -> str:
    return NOBODY.get(By(by), f"No {By(by).label.lower()}")
