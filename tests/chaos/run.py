"""One run: servers and workers start, are disturbed until everything is sent or given up, and then it is counted."""

import contextlib
import logging
import os
import random
import secrets
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from scripts import postgres
from tests.chaos import counting
from tests.chaos.disturbances import Disturbances
from tests.chaos.servers import Broker, Process, ledger

WORKERS = 2
QUIET = {"DEBUG": "false", "LOG_LEVEL": "WARNING", "PYTHONWARNINGS": "ignore", "BASE_URL": "http://localhost:8000"}
# What else takes minutes: a worker is given up after, a mail is tried again after, the mail server is given up after.
HURRY = {
    "NURTURE_LEASE_SECONDS": "20",
    "NURTURE_RETRY_SECONDS": "2",
    "NURTURE_SWEEP_SECONDS": "2",
    "EMAIL_TIMEOUT": "3",
}
CELERY = ["celery", "-A", "crm.config"]
WORKER = [*CELERY, "worker", "-Q", "default,delivery", "-c", "1", "--without-gossip", "--without-mingle"]
TAIL = 4_000  # characters of each log, where a run does not end
SETTLED = 5.0  # seconds after the last one, in which it may still go wrong
DUPLICATES = 0.05  # seconds of each that the broker hands out a message for the second time, about

logger = logging.getLogger(__name__)


def run(*, touches: int, kills: int, seed: int, settings: str, patience: float) -> dict[str, Any]:
    """What is counted at the end. ``patience``: seconds without anything happening after which it gives up."""
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ripen-chaos-")))
        database = stack.enter_context(postgres.postmaster(**postgres.DURABLE))
        broker = Broker(folder)
        broker.start()
        stack.callback(broker.stop)
        file = folder / "ledger"
        file.touch()
        env = {
            **QUIET,
            **HURRY,
            "DATABASE_URL": database.address,
            "REDIS_URL": broker.address,
            "RIPEN_VAR": str(folder),
            "SECRET_KEY": secrets.token_urlsafe(50),
            "EMAIL_URL": stack.enter_context(ledger(file, str(seed))),
            "DJANGO_SETTINGS_MODULE": settings,
        }
        os.environ |= env
        _prepare(touches)
        names = [f"worker{number}" for number in range(WORKERS)]
        workers = [Process(name, [*WORKER, "-n", name], folder) for name in names]
        beat = Process("beat", [*CELERY, "beat", "--pidfile="], folder)
        for process in [*workers, beat]:
            stack.callback(process.kill)
        dice = random.Random(seed)
        disturbances = Disturbances(kills, dice=dice, workers=workers, broker=broker, database=database)
        run = Run(touches, database.address, disturbances, [*workers, beat], dice)
        run.until_over(patience)
        if run.gave_up:
            for log in sorted(folder.glob("*.log")):
                logger.error("end of %s:\n%s", log.name, log.read_text(errors="replace")[-TAIL:])
        found = counting.compare(touches, counting.Account.of(database.address), counting.Ledger.of(file))
        return (
            found
            | dict(disturbances.done)
            | {
                "kills": disturbances.done["kills"],
                "duplicates": run.duplicates,
                "seconds": round(time.monotonic() - begun, 1),
                "seed": seed,
            }
        )


def _prepare(touches: int) -> None:
    import django
    from django.core.management import call_command
    from django.utils import timezone

    django.setup()
    from tests.chaos import scene

    call_command("migrate", interactive=False, verbosity=0)
    scene.prepare(touches, now=timezone.now())


class Run:
    def __init__(
        self, touches: int, database: str, disturbances: Disturbances, processes: list[Process], dice: random.Random
    ) -> None:
        self._touches, self._database, self._disturbances = touches, database, disturbances
        self._processes, self._dice, self.duplicates, self.gave_up = processes, dice, 0, False

    def until_over(self, patience: float) -> None:
        over, changed = -1, time.monotonic()
        while time.monotonic() - changed < patience:
            time.sleep(0.2)
            for process in self._processes:
                if process.ended:  # as whoever runs Ripen starts what has ended
                    process.start()
            now = self._over()
            if now != over:
                over, changed = now, time.monotonic()
                logger.info("%s of %s", over, self._touches)
            self._disturbances.go_on(over / self._touches)
            if over >= self._touches and self._disturbances.over and time.monotonic() - changed > SETTLED:
                return
            self._repeat_messages()
        self.gave_up = True

    def _over(self) -> int:
        with psycopg.connect(self._database) as connection:
            row = connection.execute("SELECT count(*) FROM nurture_touch WHERE state = ANY(%s)", [list(counting.OVER)])
            return int((row.fetchone() or (0,))[0])

    def _repeat_messages(self) -> None:
        """A broker may hand out a message that it has handed out before."""
        if self._dice.random() > DUPLICATES:
            return
        from nurture.tasks import deliver_touches

        with psycopg.connect(self._database) as connection:
            rows = connection.execute(
                "SELECT token, array_agg(id) FROM nurture_touch WHERE token IS NOT NULL AND lease_until > now() "
                "GROUP BY token ORDER BY random() LIMIT 1"
            ).fetchall()
        for token, ids in rows:
            deliver_touches.delay(ids[:20], str(token))
            self.duplicates += 1
