"""The order in which people read rows: paths and times in theirs, all else by size."""

from typing import Any, TypeVar

from crm.campaigns.models import Path
from reports.grouping import IN_TIME, By, Group, Row

PATHS = [*Path.values, ""]
T = TypeVar("T")


def in_reading_order(rows: list[Row[Any]], by: str) -> list[Row[Any]]:
    return sorted(rows, key=lambda row: (*_place(row.group, by), -getattr(row.figures, "leads", 0), row.group.key))


def in_order(groups: dict[Group, T], by: str) -> list[tuple[Group, T]]:
    """Groups by themselves, the largest first where what they hold has ``leads``."""
    rows = [Row(group, value) for group, value in groups.items()]
    return [(row.group, row.figures) for row in in_reading_order(rows, by)]


def _place(group: Group, by: str) -> tuple[Any, ...]:
    if by == By.PATH:
        return (PATHS.index(group.key),)
    if by in IN_TIME:
        return (not group.key, group.key)
    return ()
