"""What the rows of a report are: one lead falls into exactly one group of each kind."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from django.db import models

from crm.campaigns.models import Path
from leads.options import Option
from leads.populations import NOT_YET_WITH_SALES

if TYPE_CHECKING:
    from reports.filters import LeadFilters

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
# The fact that tells groups apart, where its name differs.
COLUMNS = {By.REP: "owner", By.TEAM: "of_team"}


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


def column_of(by: str, *, day: str) -> str:
    """The fact that tells the groups apart. Weeks and months are put together from days: ``day`` is what the period is
    about."""
    return day if by in IN_TIME else COLUMNS.get(By(by), by)


def regrouped(
    rows: Iterable[dict[str, Any]], *, by: str, filters: "LeadFilters", column: str = ""
) -> Iterator[tuple[Group, dict[str, Any]]]:
    """Each of the ``rows`` that were counted by day, source …, with the group it belongs to: several rows may."""
    column = column or column_of(by, day=filters.day)
    known: dict[Any, Group] = {}
    for row in rows:
        value = row[column]
        if value not in known:
            known[value] = group_of(value, by=by, filters=filters)
        yield known[value], row


def week_of(monday: date) -> Group:
    return Group(By.WEEK, monday.isoformat(), f"{monday.day} {monday:%b %Y}", day=monday)


def group_of(value: Any, *, by: str, filters: "LeadFilters") -> Group:
    """The names are those of the filters' options."""
    match By(by):
        case By.PATH:
            return Group(by, value, Path(value).label if value else NOT_YET_WITH_SALES, value)
        case By.MONTH if value:
            return Group(by, f"{value:%Y-%m}", f"{value:%b %Y}", day=value.replace(day=1))
        case By.WEEK if value:
            return week_of(value - timedelta(days=value.weekday()))
        case By.MONTH | By.WEEK:
            return Group(by, "", NO_INQUIRY)
        case By.TIME_FRAME:
            return _answer(by, filters.yardsticks.time_frame, value, filters.options.get("answer", []))
    return _known(by, str(value or ""), filters.options.get(by, []))


def _known(by: str, value: str, options: list[Option]) -> Group:
    found = next((option for option in options if option.value == value), None)
    return Group(by, found.key, found.label, value) if found else Group(by, value, value or _nobody(by), value)


def _answer(by: str, question: str, key: str, options: list[Option]) -> Group:
    found = next((option for option in options if option.value == f"{question}:{key}"), None)
    label = found.label.rpartition("? ")[2] if found and key else key
    return Group(by, key, label or _nobody(by), found.value if found else "")


def _nobody(by: str) -> str:
    return NOBODY.get(By(by), f"No {By(by).label.lower()}")
