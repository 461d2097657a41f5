"""What a record gets from another one: what it has stays, what it lacks is filled in."""

from collections.abc import Iterable, Mapping
from typing import Any


def what_is_lacking(
    record: Any, values: Mapping[str, Any], *, together: Iterable[tuple[str, ...]] = ()
) -> dict[str, Any]:
    """New values by field. The fields of a group in ``together`` (an address) are taken whole, and only where the
    record has none of them; what is empty in ``values`` fills nothing."""
    groups = [tuple(name for name in group if name in values) for group in together]
    apart = [(name,) for name in values if not any(name in group for group in groups)]
    changes: dict[str, Any] = {}
    for group in [*groups, *apart]:
        if not any(_is_known(getattr(record, name)) for name in group):
            changes |= {name: values[name] for name in group if _is_known(values[name])}
    return changes


def _is_known(value: Any) -> bool:
    return value is not None and value != ""
