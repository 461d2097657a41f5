"""May this mail go out now, as far as mailbox and domain are concerned? If so, it has been counted."""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import F

from nurture.claiming import lock_counting
from nurture.models import SendingLimits
from nurture.throttle import by_broker, by_database
from nurture.throttle.rules import Rule, longest_spans

logger = logging.getLogger(__name__)


def count(rules: Sequence[Rule], *, touch: UUID, now: datetime, alone: bool = False) -> datetime | None:
    """None, and it is counted as one that begins now; or when the next one may go out. Within the transaction that
    writes on the touch that it begins. Raises Cold: end the transaction, ``warm_up``, ask again. Raises
    redis.RedisError: end the transaction, ask again ``alone``, by the database."""
    lock_counting(alone=alone)
    if alone:
        SendingLimits.objects.update(era=F("era") + 1)
        return by_database.free_at(rules, now=now)
    era = SendingLimits.objects.values_list("era", flat=True).get()
    return by_broker.count(rules, touch=touch, now=now, era=era)


@transaction.atomic
def warm_up(cold: by_broker.Cold, *, now: datetime) -> None:
    """Redis is told what the touches say. Alone: whoever was about to begin has ended its transaction by then."""
    lock_counting(alone=True)
    era = SendingLimits.objects.values_list("era", flat=True).get()
    for counter, span in longest_spans(cold.rules).items():
        begun = by_database.begun_since(*counter, now - span)
        by_broker.fill(counter, list(begun), seconds=span.total_seconds(), era=era)
    logger.info("counted again from the touches: %s", ", ".join(rule.value for rule in cold.rules))
