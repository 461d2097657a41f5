"""Definitions that a run over many leads reads once, not once a lead."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_held: ContextVar[dict[Any, Any] | None] = ContextVar("held", default=None)


@contextmanager
def holding() -> Iterator[None]:
    """Within it, functions marked ``held`` read each thing once. For one transaction, so that a change counts with the
    next. Within another one, it is that one's."""
    if _held.get() is not None:
        yield
        return
    token = _held.set({})
    try:
        yield
    finally:
        _held.reset(token)


def held(function: Callable[P, T]) -> Callable[P, T]:
    """For functions of hashable arguments that read definitions: policies, questions, pipelines."""

    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> T:
        known = _held.get()
        if known is None:
            return function(*args, **kwargs)
        key = (function, args, frozenset(kwargs.items()))
        if key not in known:
            known[key] = function(*args, **kwargs)
        return known[key]

    return wrapper
