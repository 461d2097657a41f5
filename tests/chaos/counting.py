"""What became of the touches by Ripen's own account, and by the mail server's."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

MAILS = 4  # that each lead gets
OVER = ("sent", "failed", "unknown")


@dataclass(frozen=True)
class Account:
    """Of the database: each touch's state by its uuid."""

    states: dict[str, str]

    @classmethod
    def of(cls, database: str) -> "Account":
        with psycopg.connect(database) as connection:
            return cls({uuid.hex: state for uuid, state in connection.execute("SELECT uuid, state FROM nurture_touch")})

    def uuids(self, *states: str) -> set[str]:
        return {uuid for uuid, state in self.states.items() if state in states}


@dataclass(frozen=True)
class Ledger:
    """Of the mail server: how often it took each mail, and how many for each recipient."""

    mails: Counter[str]
    recipients: Counter[str]

    @classmethod
    def of(cls, file: Path) -> "Ledger":
        lines = [json.loads(line) for line in file.read_text().splitlines()]
        mails = Counter(line["id"].strip("<>").partition("@")[0].replace("-", "") for line in lines)
        return cls(mails, Counter(to for line in lines for to in line["to"]))

    @property
    def doubled(self) -> int:
        by_mail = sum(times - 1 for times in self.mails.values())
        by_recipient = sum(max(times - MAILS, 0) for times in self.recipients.values())
        return max(by_mail, by_recipient)


def compare(planned: int, account: Account, ledger: Ledger) -> dict[str, Any]:
    """``lost``: never came to an end, or was said to be sent and never reached the mail server. ``untrue``: was said to
    have failed and did reach it."""
    sent, failed, unknown = (account.uuids(state) for state in OVER)
    taken = set(ledger.mails)
    return {
        "planned": planned,
        "sent": len(sent),
        "lost": planned - len(sent | failed | unknown) + len(sent - taken),
        "doubled": ledger.doubled,
        "unknown": len(unknown),
        "failed": len(failed),
        "untrue": len(failed & taken),
        "taken": len(taken),
        "unknown_taken": len(unknown & taken),
    }
