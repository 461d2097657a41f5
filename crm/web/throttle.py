"""How often one sender, and the network around it, may post to public pages. Counted in fixed windows in Redis, and by
each process for itself while Redis is away: a flood is slowed down then as well, and nobody else is kept out."""

import logging
import time
from functools import lru_cache

import redis
from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache

from crm.web.addresses import networks_of

logger = logging.getLogger(__name__)

WINDOW = 600  # seconds
_own = LocMemCache("throttle", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


def wait_seconds(scope: str, ip: str | None, *, times: int = 1) -> int:
    """Counts one request of ``scope``, which may come ``times`` as often as the settings say. How long to wait, 0 to go
    on."""
    limits = [limit * times for limit in (settings.FORM_POSTS_PER_ADDRESS, settings.FORM_POSTS_PER_NETWORK)]
    window, passed = divmod(int(time.time()), WINDOW)
    keys = [f"ripen:throttle:{scope}:{network}:{window}" for network in networks_of(ip)]
    counts = count(keys)
    too_many = any(limit and seen > limit for seen, limit in zip(counts, limits, strict=True))
    return WINDOW - passed if too_many else 0


def count(keys: list[str], *, seconds: int = WINDOW) -> list[int]:
    """How often each was counted by now, this time included; forgotten ``seconds`` after the first time."""
    try:
        pipe = _client(settings.REDIS_URL).pipeline(transaction=False)
        for key in keys:
            pipe.set(key, 0, ex=seconds, nx=True)
            pipe.incr(key)
        return [int(seen) for seen in pipe.execute()[1::2]]
    except redis.RedisError as error:
        logger.warning("Redis does not answer, this process counts by itself: %s", error)
        return [_count_here(key, seconds) for key in keys]


def _count_here(key: str, seconds: int) -> int:
    _own.add(key, 0, seconds)
    return _own.incr(key)


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    """Soon given up: a public page must not hang because Redis does."""
    return redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5)
