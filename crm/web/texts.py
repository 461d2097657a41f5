"""Texts from outside: what no database stores."""

import re
from collections.abc import Mapping
from typing import Any

UNSTORABLE = "That holds a character that cannot be stored."
# NUL, which PostgreSQL refuses, and half of a surrogate pair, which is no character.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def is_storable(text: str) -> bool:
    return not _UNSTORABLE.search(text)


def without_unstorable(text: str) -> str:
    """For what a browser sends by itself and nobody can correct."""
    return _UNSTORABLE.sub("", text)


def holds_only_storable(value: Any) -> bool:
    """Of JSON: every text in it, the keys too."""
    if isinstance(value, str):
        return is_storable(value)
    if isinstance(value, Mapping):
        return all(map(holds_only_storable, [*value.keys(), *value.values()]))
    return all(map(holds_only_storable, value)) if isinstance(value, list | tuple) else True
