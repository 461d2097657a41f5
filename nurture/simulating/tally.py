"""What a dry run counts: per day, per step, and of all leads."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from nurture.models import Touch


@dataclass
class Tally:
    """Days are the company's. Names of counts are those of the columns that pages and the command show."""

    zone: ZoneInfo
    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    steps: dict[tuple[int, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    hours: Counter[datetime] = field(default_factory=Counter)  # mails in each clock hour
    ends: Counter[str] = field(default_factory=Counter)
    moved: Counter[str] = field(default_factory=Counter)  # touches that had to wait, by what for

    def count(self, what: str, touch: Touch, now: datetime) -> None:
        self.days[self.day(now)][what] += 1
        key = (touch.step.position, touch.variant.key if touch.variant else "")
        self.steps[key][what] += 1
        if what == "sent":
            self.hours[now.replace(minute=0, second=0, microsecond=0)] += 1

    def end(self, reason: str, now: datetime) -> None:
        self.ends[reason] += 1
        self.days[self.day(now)]["left"] += 1

    def day(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()
