"""One moment in the words of two clocks: the reader's and the called party's."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone

SHOWN = "%a %d %b, %H:%M"


def in_words(at: datetime, *, there: ZoneInfo) -> str:
    """“on Mon 16 Mar, 14:15 (18:15 where they are)”; the second part only where the clocks differ."""
    here, local = timezone.localtime(at), at.astimezone(there)
    words = f"on {here:{SHOWN}}"
    if here.utcoffset() == local.utcoffset():
        return words
    return f"{words} ({local:{'%H:%M' if here.date() == local.date() else SHOWN}} where they are)"
