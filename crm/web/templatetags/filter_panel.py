"""Which filters are always in sight: components/filter_panel.html."""

from dataclasses import dataclass

from django import forms, template

register = template.Library()

ALWAYS_SHOWN = 5


@dataclass(frozen=True)
class FilterFields:
    """``more`` is folded away; ``active`` says how many of those are set."""

    shown: list[forms.BoundField]
    more: list[forms.BoundField]
    active: int


@register.simple_tag
def filter_fields(form: forms.Form, names: str = "") -> FilterFields:
    """``names``, separated by blanks, are shown in this order, else the first few. A lone one left over is shown."""
    fields = {field.name: field for field in form.visible_fields()}
    chosen = [name for name in names.split() if name in fields] or list(fields)[:ALWAYS_SHOWN]
    more = [field for name, field in fields.items() if name not in chosen]
    if len(more) == 1:
        return FilterFields([*(fields[name] for name in chosen), *more], [], 0)
    active = sum(1 for field in more if field.value() not in ("", None, []))
    return FilterFields([fields[name] for name in chosen], more, active)
