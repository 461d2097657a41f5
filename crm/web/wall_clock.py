"""From what a clock on the wall shows to the one moment it means. Pure: no database, no clock."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@lru_cache(maxsize=10_000)
def first_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """When the clock of ``zone`` first shows ``at`` or later on ``day``, in UTC: the end of a gap; of a repeated
    hour the first one."""
    wall = datetime.combine(day, at)
    early, late = sorted(wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    if _wall(early, zone) == wall:
        return early
    return first_second(early, late, lambda instant: _wall(instant, zone) >= wall)


def first_second(low: datetime, high: datetime, holds: Callable[[datetime], bool]) -> datetime:
    """The first whole second in (low, high] from which ``holds`` is true; it is at ``high``."""
    low = low.replace(microsecond=0)
    while high - low > SECOND:
        middle = low + SECOND * ((high - low) // SECOND // 2)
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


def _wall(instant: datetime, zone: ZoneInfo) -> datetime:
    return instant.astimezone(zone).replace(tzinfo=None)
