"""How often one sender, and the network around it, may post to public pages. Counted in fixed windows in Redis, and by
each process for itself while Redis is away: a flood is slowed down then as well, and nobody else is kept out."""

import logging
import time
from collections.abc import Mapping
from functools import lru_cache

import redis
from django.conf import settings
from django.core.cache.backends.locmem import LocMemCache
from redis.commands.core import Script

from crm.web.addresses import networks_of

logger = logging.getLogger(__name__)

WINDOW = 600  # seconds
COUNT = """
local counts = {}
for place, key in ipairs(KEYS) do
  redis.call('SET', key, 0, 'EX', ARGV[1], 'NX')
  counts[place] = redis.call('INCRBY', key, ARGV[2])
end
return counts
"""
_own = LocMemCache("throttle", {"OPTIONS": {"MAX_ENTRIES": 10_000}})


def wait_seconds(scope: str, ip: str | None, *, times: int = 1) -> int:
    """Counts one request of ``scope``, which may come ``times`` as often as the settings say. How long to wait, 0 to go
    on."""
    return waits({scope: times}, ip)[scope]


def waits(scopes: Mapping[str, int], ip: str | None) -> dict[str, int]:
    """As ``wait_seconds``, for several scopes in one round trip; ``scopes`` with the times of each."""
    window, passed = divmod(int(time.time()), WINDOW)
    counts = iter(count([key for scope in scopes for key in _keys(scope, ip, window)]))
    usual = (settings.FORM_POSTS_PER_ADDRESS, settings.FORM_POSTS_PER_NETWORK)
    over = {scope: [next(counts) > limit * times > 0 for limit in usual] for scope, times in scopes.items()}
    return {scope: WINDOW - passed if any(over[scope]) else 0 for scope in scopes}


def give_back(scope: str, ip: str | None) -> None:
    """A request that was counted beforehand, and was none of ``scope``."""
    count(_keys(scope, ip, int(time.time()) // WINDOW), by=-1)


def _keys(scope: str, ip: str | None, window: int) -> list[str]:
    return [f"ripen:throttle:{scope}:{network}:{window}" for network in networks_of(ip)]


def count(keys: list[str], *, seconds: int = WINDOW, by: int = 1) -> list[int]:
    """How often each was counted by now, this time included; forgotten ``seconds`` after the first time."""
    try:
        return [int(seen) for seen in _counter(settings.REDIS_URL)(keys, [seconds, by])]
    except redis.RedisError as error:
        logger.warning("Redis does not answer, this process counts by itself: %s", error)
        return [_count_here(key, seconds, by) for key in keys]


def _count_here(key: str, seconds: int, by: int) -> int:
    _own.add(key, 0, seconds)
    return _own.incr(key, by)


@lru_cache(maxsize=4)
def _counter(url: str) -> Script:
    """Soon given up: a public page must not hang because Redis does."""
    return redis.from_url(url, socket_timeout=0.5, socket_connect_timeout=0.5).register_script(COUNT)
