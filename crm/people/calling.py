"""When a person may be called: 8:00 to 21:00 where they are (47 CFR 64.1200)."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

CALLS_FROM, CALLS_UNTIL = time(8), time(21)


def may_call(moment: datetime, zone: ZoneInfo) -> bool:
    return CALLS_FROM <= moment.astimezone(zone).time() < CALLS_UNTIL
