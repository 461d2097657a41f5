"""Which field can take over what another one holds, and how: pure, for conversions."""

from typing import Any

from crm.fields.definitions import Definition
from crm.fields.kinds import CHOICE_KINDS, FieldKind
from crm.fields.values import display

# Besides the same kind and text, which takes anything as it is shown.
_ALSO: dict[str, tuple[str, ...]] = {FieldKind.CHOICE: (FieldKind.CHOICES,)}


def takes(target: str, source: str) -> bool:
    """Whether a field of the kind ``target`` can hold what one of the kind ``source`` does."""
    return target in (source, FieldKind.TEXT, *_ALSO.get(source, ()))


def carried(source: Definition, target: Definition, value: Any) -> Any:
    """``value`` as the target holds it; None where it has no such choice: a part of several is not carried alone."""
    if target.kind == FieldKind.TEXT and source.kind != FieldKind.TEXT:
        return display(source, value)
    if target.kind not in CHOICE_KINDS:
        return value
    known = {option.value for option in target.options}
    values = value if isinstance(value, list) else [value]
    if not known.issuperset(values):
        return None
    return values if target.kind == FieldKind.CHOICES else value


def lacking_choices(source: Definition, target: Definition) -> list[str]:
    """Labels of choices that the target does not have: they would stay behind."""
    if target.kind not in CHOICE_KINDS:
        return []
    known = {option.value for option in target.options}
    return [option.label for option in source.options if option.value not in known]
