"""What a person reads about a pair: "same phone", "family name 94 % alike: Smyth / Smith"."""

from collections.abc import Iterator

from leads.duplicates.evidence import Evidence
from leads.duplicates.records import Records


def reasons(seen: list[Evidence], records: Records, left: int, right: int, at: int) -> tuple[str, ...]:
    """What speaks for the pair, the strongest first. ``at``: where the pair is in ``seen``."""
    speaking = [item for item in seen if item.bits[at] > 0]
    speaking.sort(key=lambda item: -item.bits[at])
    return tuple(dict.fromkeys(_said(speaking, records, left, right, at)))


def _said(speaking: list[Evidence], records: Records, left: int, right: int, at: int) -> Iterator[str]:
    for item in speaking:
        swapped = bool(item.swapped[at])
        one = str(records.columns[item.name].shown[left])
        two = str(records.columns[item.other if swapped else item.name].shown[right])
        if swapped:
            labels = sorted((item.field.label, records.columns[item.other].field.label))
            yield f"{' and '.join(labels)} swapped"
        if item.similarity[at] < 1:
            # Rounded down: two different values are never "100 % alike".
            yield f"{item.field.label} {int(item.similarity[at] * 100)} % alike: {one} / {two}"
        elif not swapped:
            yield f"same {item.field.label}" + ("" if one.casefold() == two.casefold() else f": {one} / {two}")
