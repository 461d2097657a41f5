"""Definitions that a run over many leads reads once, not once a lead; some a process keeps until they change."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from crm.web.quick import Answer, Statement, run
from crm.web.watching import Stamps, asking_stamps, stamps_of

P = ParamSpec("P")
T = TypeVar("T")

_held: ContextVar[dict[Any, Any] | None] = ContextVar("held", default=None)
_kept: dict[Any, tuple[Stamps, Any]] = {}
MOST = 2_000  # that a process keeps: some are kept by the day
NOTHING = object()
_STAMPS = "stamps"  # among what is held, where definitions of earlier transactions count


@contextmanager
def holding(*, keep: bool = False) -> Iterator[None]:
    """Within it, functions marked ``held`` or ``kept`` read each thing once. For one transaction, so that a change
    counts with the next. Within another one, it is that one's. ``keep``: what is marked ``kept`` is taken from earlier
    transactions of this process where nobody changed its tables since. That is shared: nothing of it may be changed."""
    if _held.get() is not None:
        yield
        return
    token = _held.set({_STAMPS: None} if keep else {})
    try:
        yield
    finally:
        _held.reset(token)


def run_first(statements: Sequence[Statement]) -> list[Answer]:
    """As ``run``; along with the question what has changed, where that is to be asked anyway."""
    known = _held.get()
    if known is None or known.get(_STAMPS, NOTHING) is not None:
        return run(statements)
    first, *answers = run([asking_stamps(), *statements])
    known[_STAMPS] = stamps_of(first)
    return answers


def held(function: Callable[P, T]) -> Callable[P, T]:
    """For functions of hashable arguments that read definitions: policies, questions, pipelines."""
    return _marked(function, ())


def kept(*tables: str) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """As ``held``, and kept where that is wanted. ``tables``: all that the function reads from, each of them watched
    (``crm.web.watching``)."""

    def mark(function: Callable[P, T]) -> Callable[P, T]:
        return _marked(function, tables)

    return mark


def _marked(function: Callable[P, T], watching: Sequence[str]) -> Callable[P, T]:
    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        known = _held.get()
        if known is None:
            return function(*args, **kwargs)
        key = (function, args, frozenset(kwargs.items()))
        found = known.get(key, NOTHING)
        if found is NOTHING:
            found = known[key] = _read(known, key, watching, lambda: function(*args, **kwargs))
        return found

    return wrapper


def _read(known: dict[Any, Any], key: Any, watching: Sequence[str], read: Callable[[], Any]) -> Any:
    if not watching or _STAMPS not in known:
        return read()
    if known[_STAMPS] is None:
        run_first([])  # before what they are about: then what is read is as new as they are, or newer
    now = {table: known[_STAMPS].get(table) for table in watching}
    before = _kept.get(key)
    if before and before[0] == now:
        return before[1]
    found = read()
    if None not in now.values():
        if len(_kept) >= MOST:
            _kept.clear()
        _kept[key] = now, found
    return found
