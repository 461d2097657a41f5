"""What a dry run counts: per day, per step, and of all leads."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from nurture.models import SkipReason, Touch

# What a mail or a call can wait for.
WAITS = {
    "window": "The recipient's hours",
    "preference": "The recipient's wish: a pause, or fewer mails",
    "person": "The limit to one person",
    "mailbox": "The limit from one mailbox",
    "domain": "The limit to one domain",
}


@dataclass
class Tally:
    """Days are the company's. Names of counts are those of the columns that pages and the command show."""

    zone: ZoneInfo
    days: dict[date, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    steps: dict[tuple[int, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    hours: Counter[datetime] = field(default_factory=Counter)  # mails in each clock hour
    ends: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)  # by why
    waited: dict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))  # touches, by what they waited for

    def count(self, what: str, touch: Touch, now: datetime) -> None:
        self.days[self.day(now)][what] += 1
        key = (touch.step.position, touch.variant.key if touch.variant else "")
        self.steps[key][what] += 1
        if what == "sent":
            self.hours[now.replace(minute=0, second=0, microsecond=0)] += 1

    def skip(self, reason: str, touch: Touch, now: datetime) -> None:
        self.count("skipped", touch, now)
        self.skipped[SkipReason(reason).label] += 1

    @property
    def put_off(self) -> dict[str, int]:
        """How many mails and calls had to wait, by what for. One that waited for two things is in both."""
        return {what: len(self.waited[what]) for what in WAITS}

    def end(self, reason: str, now: datetime) -> None:
        self.ends[reason] += 1
        self.days[self.day(now)]["left"] += 1

    def day(self, now: datetime) -> date:
        return now.astimezone(self.zone).date()
