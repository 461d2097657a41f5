"""What is counted, and how much of it may be."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from nurture.models import SendingLimits

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class Rule:
    """At most ``most`` mails in any ``span``. ``field`` is the touch's that has to be ``value``."""

    field: str
    value: str
    span: timedelta
    most: int

    @property
    def counter(self) -> tuple[str, str]:
        return self.field, self.value


def rules_for(limits: SendingLimits, *, mailbox: str, domain: str) -> list[Rule]:
    found = [
        ("mailbox", mailbox, HOUR, limits.mailbox_hour),
        ("mailbox", mailbox, DAY, limits.mailbox_day),
        ("domain", domain, HOUR, limits.domain_hour),
    ]
    return [Rule(field, value, span, most) for field, value, span, most in found if most]


def longest_spans(rules: Iterable[Rule]) -> dict[tuple[str, str], timedelta]:
    """How far back each counter has to remember."""
    spans: dict[tuple[str, str], timedelta] = defaultdict(timedelta)
    for rule in rules:
        spans[rule.counter] = max(spans[rule.counter], rule.span)
    return dict(spans)
