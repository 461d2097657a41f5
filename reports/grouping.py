"""What the rows of a report are: one lead falls into exactly one group of each kind."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import DateField, F, QuerySet
from django.db.models.functions import TruncMonth, TruncWeek

from crm.campaigns.models import Path
from leads.models.lead import LeadQuerySet
from leads.populations import NOT_YET_WITH_SALES

Figures = TypeVar("Figures")

NO_INQUIRY = "Without an inquiry"


class By(models.TextChoices):
    WEEK = "week", "Week"
    MONTH = "month", "Month"
    PATH = "path", "Path"
    SOURCE = "source", "Source"
    CAMPAIGN = "campaign", "Campaign"


@dataclass(frozen=True)
class Group:
    """``key`` is what JSON says: "" for none. ``record`` is the primary key of the source or campaign, ``day`` the
    first day of the week or month."""

    by: str
    key: str
    label: str
    record: int | None = None
    day: date | None = None


@dataclass(frozen=True)
class Row(Generic[Figures]):
    """One line of a report: a group and what was counted in it."""

    group: Group
    figures: Figures


def grouped(leads: LeadQuerySet, *, by: str, zone: ZoneInfo) -> QuerySet[Any, dict[str, Any]]:
    """``leads`` by group, ready for ``annotate``. Weeks (from Monday) and months begin at midnight in ``zone``."""
    columns: dict[str, Any]
    match By(by):
        case By.PATH:
            columns = {"group": F("path")}
        case By.SOURCE:
            columns = {"group": F("source__key"), "label": F("source__name"), "record": F("source_id")}
        case By.CAMPAIGN:
            columns = {"group": F("campaign__key"), "label": F("campaign__name"), "record": F("campaign_id")}
        case By.WEEK:
            columns = {"group": TruncWeek("first_inquiry_at", tzinfo=zone, output_field=DateField())}
        case By.MONTH:
            columns = {"group": TruncMonth("first_inquiry_at", tzinfo=zone, output_field=DateField())}
    return leads.order_by().values(**columns)


def week_of(monday: date) -> Group:
    return Group(By.WEEK, monday.isoformat(), f"{monday.day} {monday:%b %Y}", day=monday)


def group_of(row: dict[str, Any], *, by: str) -> Group:
    """The group that one row of ``grouped`` is."""
    value = row["group"]
    match By(by):
        case By.PATH:
            return Group(by, value, Path(value).label if value else NOT_YET_WITH_SALES)
        case By.MONTH if value:
            return Group(by, f"{value:%Y-%m}", f"{value:%b %Y}", day=value)
        case By.WEEK if value:
            return week_of(value)
        case By.SOURCE | By.CAMPAIGN:
            return Group(by, value or "", row["label"] or f"No {by}", record=row["record"])
    return Group(by, "", NO_INQUIRY)
