"""python -m tests.chaos.ledger PORT FILE SEED: a mail server in a bad mood, which writes down what it has taken.

A mail is taken once its line is in the file: from then on it would be delivered, whatever the sender was told. The file
is the independent count; nothing of Ripen is in here.
"""

import asyncio
import json
import random
import sys
from collections.abc import Callable
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

HANG = 3600


class Ledger:
    """``moods`` say what happens to how many of ten thousand mails."""

    moods = {"busy": 150, "greylists": 150, "refuses": 100, "hangs": 10, "takes and hangs": 10, "drops": 25,
             "takes and drops": 25}  # fmt: skip

    def __init__(self, file: Path, seed: str) -> None:
        self._file, self._random = file.open("a", buffering=1), random.Random(seed)
        self._refused: set[str] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        session.mood = self._mood()
        if session.mood == "busy":
            return "450 try again later"
        if session.mood == "refuses":
            return "550 5.7.1 not from you"  # not 5.1.1: the address would get no more of what is counted
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        mood: str = session.mood
        if mood == "greylists":
            return "451 try again later"
        if mood.startswith("takes") or not mood:
            self._take(envelope)
        if mood.endswith("hangs"):
            await asyncio.sleep(HANG)
        if mood.endswith("drops"):
            server.transport.abort()
        return "250 OK"

    def _mood(self) -> str:
        draw = self._random.randrange(10_000)
        for mood, share in self.moods.items():
            if draw < share:
                return mood
            draw -= share
        return ""

    def _take(self, envelope: Any) -> None:
        mail = message_from_bytes(envelope.content)
        self._file.write(json.dumps({"id": mail["Message-ID"], "to": envelope.rcpt_tos}) + "\n")


async def serve(port: int, ledger: Ledger) -> None:
    loop = asyncio.get_running_loop()
    new_session: Callable[[], SMTP] = lambda: SMTP(ledger, hostname="ledger", loop=loop)  # noqa: E731
    server = await loop.create_server(new_session, "127.0.0.1", port)
    print("ready", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Ledger(Path(sys.argv[2]), sys.argv[3])))
