"""Lists of addresses and numbers that are brought along, such as from the system before."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction

from crm.people.emails import InvalidEmail, email_key, parse_email
from crm.people.models import Company, User
from crm.people.phones import InvalidPhone, parse_phone
from nurture.models import Suppression, SuppressionKind, SuppressionReason
from nurture.services.suppression import suppress

MOST = 10_000
SHOWN = 5


class ListRefused(Exception):
    """Nothing was stored; the message is for a person."""


@transaction.atomic
def suppress_list(*, text: str, note: str, by: User, now: datetime) -> tuple[int, int]:
    """One address or number a line; of a line of CSV the first cell. Returns how many are new, and how many were
    there before, which keep their reason. Raises ListRefused."""
    found = list(_ways(text))
    before = set(Suppression.objects.values_list("kind", "key"))
    new = [way for way in dict.fromkeys(found) if way not in before]
    for kind, key in new:
        suppress(kind=kind, key=key, reason=SuppressionReason.MANUAL, now=now, note=note, by=by)
    return len(new), len(set(found)) - len(new)


def normalised(kind: str, value: str) -> str:
    """As a suppression keeps it. Raises InvalidEmail, InvalidPhone."""
    if kind == SuppressionKind.PHONE:
        return parse_phone(value, country=Company.current().country)
    return email_key(parse_email(value))


def _ways(text: str) -> Iterator[tuple[str, str]]:
    lines = [(number, line.strip()) for number, line in enumerate(text.splitlines(), 1) if line.strip()]
    if len(lines) > MOST:
        raise ListRefused(f"At most {MOST:,} lines at once; these are {len(lines):,}.")
    ways, wrong = [], []
    for number, line in lines:
        value = line.replace(";", ",").replace("\t", ",").partition(",")[0].strip().strip('"')
        kind = SuppressionKind.EMAIL if "@" in value else SuppressionKind.PHONE
        try:
            ways.append((str(kind), normalised(kind, value)))
        except (InvalidEmail, InvalidPhone):
            wrong.append(f"line {number} (“{value[:60]}”)")
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise ListRefused(f"Neither an address nor a number: {', '.join(wrong[:SHOWN])}{more}. Nothing was stored.")
    yield from ways
