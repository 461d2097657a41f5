"""Counted in Redis: a sorted set for each counter, of the touches by the time at which they began to be sent."""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import redis
from django.conf import settings

from nurture.throttle.rules import Rule, longest_spans

SECONDS = 0.5  # then it is taken to be away
# Of all counters or of none. Each counter has a second key that says of which era it is: without it, or of another one,
# it is not known what is missing. Answers {"cold"}, {"full", when} or {"counted"}.
SCRIPT = """
local member, now, era, rules = ARGV[1], tonumber(ARGV[2]), ARGV[3], tonumber(ARGV[4])
for place = 1, #KEYS do
  if redis.call('GET', KEYS[place] .. ':era') ~= era then return {'cold'} end
end
local free = 0
for rule = 0, rules - 1 do
  local key, span, most = KEYS[tonumber(ARGV[5 + rule * 3])], tonumber(ARGV[6 + rule * 3]), tonumber(ARGV[7 + rule * 3])
  local since = string.format('(%.6f', now - span)
  if redis.call('ZCOUNT', key, since, '+inf') >= most then
    local full = redis.call('ZREVRANGE', key, most - 1, most - 1, 'WITHSCORES')
    free = math.max(free, tonumber(full[2]) + span)
  end
end
if free > 0 then return {'full', string.format('%.6f', free)} end
for place = 1, #KEYS do
  local keep = tonumber(ARGV[4 + rules * 3 + place])
  redis.call('ZREMRANGEBYSCORE', KEYS[place], '-inf', string.format('(%.6f', now - keep))
  redis.call('ZADD', KEYS[place], string.format('%.6f', now), member)
  redis.call('EXPIRE', KEYS[place], math.ceil(keep) + 60)
  redis.call('EXPIRE', KEYS[place] .. ':era', math.ceil(keep) + 60)
end
return {'counted'}
"""


class Cold(Exception):
    """Redis does not know the whole count of these rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        super().__init__()
        self.rules = rules


def count(rules: Sequence[Rule], *, touch: UUID, now: datetime, era: int) -> datetime | None:
    """Counted, and None; or not, and when the next one may go out. Raises Cold, redis.RedisError."""
    spans = longest_spans(rules)
    places = {counter: place for place, counter in enumerate(spans, 1)}
    arguments: list[Any] = [touch.hex, f"{now.timestamp():.6f}", era, len(rules)]
    for rule in rules:
        arguments += [places[rule.counter], rule.span.total_seconds(), rule.most]
    arguments += [span.total_seconds() for span in spans.values()]
    said = _script(settings.REDIS_URL)(keys=[_key(*counter) for counter in spans], args=arguments)
    if said[0] == b"cold":
        raise Cold(rules)
    return datetime.fromtimestamp(float(said[1]), UTC) if said[0] == b"full" else None


def fill(counter: tuple[str, str], begun: Sequence[tuple[datetime, UUID]], *, seconds: float, era: int) -> None:
    """With all that began in the last ``seconds``; whatever it knew is forgotten."""
    key, expires = _key(*counter), int(seconds) + 60
    with client(settings.REDIS_URL).pipeline(transaction=True) as pipe:
        pipe.delete(key)
        if begun:
            pipe.zadd(key, {uuid.hex: at.timestamp() for at, uuid in begun})
            pipe.expire(key, expires)
        pipe.set(f"{key}:era", era, ex=expires)
        pipe.execute()


def _key(field: str, value: str) -> str:
    return f"ripen:sent:{field}:{value}"


@lru_cache(maxsize=4)
def client(url: str) -> redis.Redis:
    return redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)


@lru_cache(maxsize=4)
def _script(url: str) -> Any:
    return client(url).register_script(SCRIPT)
