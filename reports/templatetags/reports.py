from django import template

from reports.wording import UNKNOWN, percent

register = template.Library()


@register.filter(name="percent")
def percent_or_unknown(fraction: float | None) -> str:
    return UNKNOWN if fraction is None else f"{percent(fraction)} %"


@register.filter
def ratio(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:.1f}"
