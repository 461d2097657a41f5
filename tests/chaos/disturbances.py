"""What goes wrong, when, and how it comes back."""

import random
import time
from collections import Counter
from collections.abc import Callable

from scripts.postgres import Postmaster
from tests.chaos.servers import Broker, Process

CHILD = 0.7  # of the kills: only the process that does the work; else the whole worker
DOWN = 1.0  # seconds that a server is away


class Disturbances:
    """``kills`` of workers, and of brokers and databases in proportion, evenly over the run, in random order."""

    def __init__(
        self,
        kills: int,
        *,
        dice: random.Random,
        workers: list[Process],
        broker: Broker,
        database: Postmaster,
    ) -> None:
        self._dice, self._workers, self._broker, self._database = dice, workers, broker, database
        self.done: Counter[str] = Counter()
        brokers, databases = -(-kills // 5), -(-kills // 20)
        self._waiting: list[Callable[[], None]] = [
            *[self._kill] * kills, *[self._lose_broker] * brokers, *[self._stop_database] * databases,
        ]  # fmt: skip
        dice.shuffle(self._waiting)
        self._all = len(self._waiting)

    def go_on(self, progress: float) -> None:
        """The next, if its turn has come: ``progress`` from 0 to 1."""
        begun = self._all - len(self._waiting)
        if self._waiting and progress * (self._all + 1) >= begun + 1:
            self._waiting.pop()()

    @property
    def over(self) -> bool:
        return not self._waiting

    def _kill(self) -> None:
        worker = self._dice.choice(self._workers)
        if self._dice.random() < CHILD and worker.kill_child():
            self.done["children"] += 1
        else:
            worker.kill()
            worker.start()
        self.done["kills"] += 1

    def _lose_broker(self) -> None:
        """Half of the time it is only emptied."""
        self.done["brokers"] += 1
        if self.done["brokers"] % 2:
            self._broker.flush()
            return
        self._broker.kill()
        time.sleep(DOWN)
        self._broker.start()

    def _stop_database(self) -> None:
        self._database.stop_at_once()
        time.sleep(DOWN)
        self._database.start()
        self.done["databases"] += 1
