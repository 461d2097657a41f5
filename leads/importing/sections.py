"""The mapping file as JSON, and its objects with only the keys they may have."""

import json
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from leads.importing.errors import MappingWrong

T = TypeVar("T")
MAX_BYTES = 1_000_000


class Section:
    """One object of the mapping: hands out its keys, and ``finish`` complains about those that nobody took."""

    def __init__(self, raw: Any, name: str = "") -> None:
        self.name = name
        self.raw: dict[str, Any] = require(raw, dict, name or "the mapping", "an object: {…}")
        self.taken: list[str] = []

    def at(self, key: str) -> str:
        return f"{self.name}.{key}" if self.name else key

    def take(self, key: str, parse: Callable[[Any, str], T]) -> T:
        found = self.optional(key, parse)
        if found is None:
            raise MappingWrong(f"“{self.at(key)}” is missing")
        return found

    def optional(self, key: str, parse: Callable[[Any, str], T]) -> T | None:
        self.taken.append(key)
        return None if self.raw.get(key) is None else parse(self.raw[key], self.at(key))

    def finish(self) -> None:
        for key in self.raw:
            if key not in self.taken:
                raise MappingWrong(f"“{self.at(key)}” is unknown{suggestion(key, self.taken)}")


def require(raw: Any, kind: type[T], name: str, wanted: str) -> T:
    if not isinstance(raw, kind) or (kind is not bool and isinstance(raw, bool)):
        raise MappingWrong(f"“{name}” must be {wanted}")
    return raw


def text(raw: Any, name: str) -> str:
    return require(raw, str, name, "a text")


def boolean(raw: Any, name: str) -> bool:
    return require(raw, bool, name, "true or false")


def texts(raw: Any, name: str) -> list[str]:
    return [text(item, name) for item in require(raw, list, name, "a list of texts")]


def suggestion(word: str, known: list[str]) -> str:
    close = get_close_matches(word, known, n=1)
    return f": did you mean “{close[0]}”?" if close else f"; known are {', '.join(known[:50])}"


def read_json(path: Path) -> Section:
    """Raises MappingWrong; a key that is there twice counts as an error too."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise MappingWrong("is too large to be a mapping")
        return Section(json.loads(path.read_text(encoding="utf-8-sig"), object_pairs_hook=_unique))
    except FileNotFoundError as error:
        raise MappingWrong("does not exist. Check the file's name") from error
    except OSError as error:
        raise MappingWrong(f"cannot be read: {error.strerror}") from error
    except json.JSONDecodeError as error:
        raise MappingWrong(f"line {error.lineno}, column {error.colno} is not valid JSON: {error.msg}") from error
    except (UnicodeError, RecursionError) as error:
        raise MappingWrong("is not a JSON file in UTF-8") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    keys = [key for key, _ in pairs]
    for key in keys:
        if keys.count(key) > 1:
            raise MappingWrong(f"“{key}” is there twice in one object")
    return dict(pairs)
