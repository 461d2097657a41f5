"""The order in which people read rows: paths and times in theirs, all else by size."""

from typing import Any

from crm.campaigns.models import Path
from reports.catalog import Result
from reports.grouping import By, Row

PATHS = [*Path.values, ""]


def in_reading_order(result: Result) -> list[Row[Any]]:
    if result.by == By.PATH:
        return sorted(result.rows, key=lambda row: PATHS.index(row.group.key))
    if result.by in (By.WEEK, By.MONTH):
        return sorted(result.rows, key=lambda row: (not row.group.key, row.group.key))
    return sorted(result.rows, key=lambda row: (-row.figures.leads, row.group.key))
