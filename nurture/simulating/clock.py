"""A fake clock: things happen in the order of their times, and nothing else moves the time."""

import heapq
from collections.abc import Callable
from datetime import datetime
from itertools import count

Action = Callable[[datetime], None]


class EventQueue:
    """What is put in for the same time happens in the order in which it was put in."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self._heap: list[tuple[datetime, int, Action]] = []
        self._order = count()

    def at(self, when: datetime, action: Action) -> None:
        """Never in the past: what should have happened happens now."""
        heapq.heappush(self._heap, (max(when, self.now), next(self._order), action))

    def run(self, until: datetime) -> int:
        """Everything up to and including ``until``. Returns how many things happened."""
        happened = 0
        while self._heap and self._heap[0][0] <= until:
            self.now, _, action = heapq.heappop(self._heap)
            action(self.now)
            happened += 1
        self.now = until
        return happened
