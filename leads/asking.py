"""Which questions are to be asked: a pure function of what is known. No database, no clock.

A question with conditions is asked only if all of them hold. One holds if the question that it looks at applies itself
and is answered as the condition wants; what is unknown holds nothing.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from leads.comparing import holds


@dataclass(frozen=True)
class Condition:
    """The answer to the question ``on`` (its key) compared by an ``Operator`` with ``value``."""

    on: str
    operator: str
    value: Any


# Question key to its conditions; a question that is always asked may be left out.
Conditions = Mapping[str, Collection[Condition]]
# Question key to the value as it is stored, for those that are answered.
Known = Mapping[str, Any]


def to_ask(keys: Iterable[str], conditions: Conditions, known: Known) -> list[str]:
    """Of ``keys`` those that apply and are unknown, as ``in_order``. With nothing known: what a page without script can
    ask at once."""
    return [key for key in in_order(keys, conditions) if key not in known and applies(key, conditions, known)]


def next_to_ask(wanted: Iterable[str], conditions: Conditions, known: Known) -> list[str]:
    """What to ask now to learn what is ``wanted``, in its order: those questions, or first the ones that decide whether
    they are asked at all. What could not be asked whatever is answered is left out."""
    hopeful = [key for key in wanted if key not in known and standing(key, conditions, known) is not False]
    return to_ask(with_needed(hopeful, conditions), conditions, known)


def applies(key: str, conditions: Conditions, known: Known) -> bool:
    """Whether an answer to the question is wanted, be it known already or not."""
    return standing(key, conditions, known) is True


def standing(key: str, conditions: Conditions, known: Known, above: frozenset[str] = frozenset()) -> bool | None:
    """True: applies. False: doesn't. None: depends on what is unknown. In a circle nothing applies."""
    if key in above:
        return False
    outcomes = [_outcome(condition, conditions, known, above | {key}) for condition in conditions.get(key, ())]
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _outcome(condition: Condition, conditions: Conditions, known: Known, above: frozenset[str]) -> bool | None:
    if not (base := standing(condition.on, conditions, known, above)):
        return base
    return holds(condition.operator, known[condition.on], condition.value) if condition.on in known else None


def in_order(keys: Iterable[str], conditions: Conditions) -> list[str]:
    """As given, but each question after those of ``keys`` that its conditions look at."""
    given = dict.fromkeys(keys)
    return [key for key in with_needed(given, conditions) if key in given]


def with_needed(keys: Iterable[str], conditions: Conditions) -> list[str]:
    """As given, and before each the questions that decide whether it is asked."""
    return list(dict.fromkeys(step for key in keys for step in _needed(key, conditions)))


def _needed(key: str, conditions: Conditions, above: frozenset[str] = frozenset()) -> Iterator[str]:
    """The questions that decide whether ``key`` is asked, each after its own, then ``key`` itself."""
    if key in above:
        return
    for condition in conditions.get(key, ()):
        yield from _needed(condition.on, conditions, above | {key})
    yield key


def circle(key: str, conditions: Conditions) -> list[str]:
    """The keys from ``key`` back to ``key`` where its conditions lead there: none of them would ever be asked."""
    paths = [[key]]
    while paths:
        path = paths.pop()
        for on in dict.fromkeys(condition.on for condition in conditions.get(path[-1], ())):
            if on == key:
                return [*path, key]
            if on not in path:
                paths.append([*path, on])
    return []
