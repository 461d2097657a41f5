"""The components of the pages, as template tags: ``{% load ui %}``. How to use them: templates/README.md."""

import hashlib
from datetime import datetime
from decimal import Decimal
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.html import Urlizer, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

from crm.web.times import distance

register = template.Library()

# Told apart by icon and label, not by colour alone; the colours are --path-* and --stage-* in static/css/tokens.css.
PATH_ICONS = {
    "self_qualified": "user-check",
    "nurtured": "seedling",
    "researched": "zoom-check",
    "unqualified": "circle-dashed",
}
STAGE_ICONS = {
    "unqualified": "circle-dashed",
    "mql": "percentage-25",
    "sal": "percentage-50",
    "sql": "percentage-75",
    "converted": "circle-check-filled",
    "disqualified": "circle-x",
    "open": "percentage-50",
    "won": "circle-check-filled",
    "lost": "circle-x",
}
AVATAR_COLORS = 6
NOTHING = "\N{EN DASH}"


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A Tabler icon of the sprite; decoration unless it has a label."""
    shape = format_html('<use href="{}#{}"></use>', static("dist/icons.svg"), name)
    if label:
        return format_html('<svg class="icon" role="img" aria-label="{}">{}</svg>', label, shape)
    return format_html('<svg class="icon" aria-hidden="true">{}</svg>', shape)


def _badge(kind: str, key: str, label: str, icon_name: str) -> SafeString:
    return format_html('<span class="badge-{0} {0}-{1}">{2}{3}</span>', kind, key, icon(icon_name), label)


def _value_and_label(value: Any, field: str) -> tuple[str, str]:
    """Of a record with the field, of a TextChoices member, or of the stored value alone."""
    if hasattr(value, f"get_{field}_display"):
        return str(getattr(value, field)), str(getattr(value, f"get_{field}_display")())
    return str(value), str(getattr(value, "label", str(value).replace("_", "-").capitalize()))


@register.simple_tag
def path_badge(value: Any, label: str = "") -> SafeString:
    """How a lead reached sales: ``{% path_badge lead %}``, ``{% path_badge row.key row.label %}``."""
    key, found = _value_and_label(value, "path")
    return _badge("path", key, label or found, PATH_ICONS[key]) if key in PATH_ICONS else SafeString("")


@register.simple_tag
def stage_badge(value: Any, label: str = "") -> SafeString:
    """A lead's stage: ``{% stage_badge lead %}``."""
    key, found = _value_and_label(value, "stage")
    return _badge("stage", key, label or found, STAGE_ICONS.get(key, "percentage-50"))


@register.simple_tag
def status_badge(value: Any, label: str = "") -> SafeString:
    """Open, won or lost: ``{% status_badge opportunity %}``."""
    key, found = _value_and_label(value, "status")
    return _badge("stage", key, label or found, STAGE_ICONS.get(key, "percentage-50"))


@register.simple_tag
def avatar(person: Any, size: str = "") -> SafeString:
    """Initials in one of a few colours, always the same for the same name. ``size``: "", "sm", "lg"."""
    name = str(person) if person else ""
    words = [word for word in name.split("@")[0].replace(".", " ").split() if word[0].isalnum()] or ["?"]
    initials = (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper()
    color = hashlib.sha256(name.encode()).digest()[0] % AVATAR_COLORS if name else "none"
    return format_html('<span class="initials initials-{} {}" aria-hidden="true">{}</span>', color, size, initials)


@register.simple_tag
def person(user: Any, nobody: str = "Nobody yet") -> SafeString:
    """Initials and name of an owner."""
    if not user:
        return format_html('<span class="person person-none">{}</span>', nobody)
    return format_html('<span class="person">{}{}</span>', avatar(user, "sm"), user)


@register.simple_tag
def money(amount: Decimal | None, currency: str = "") -> SafeString:
    """``{% money opportunity.amount opportunity.currency %}``: whole amounts without cents."""
    if amount is None:
        return format_html('<span class="money money-none">{}</span>', NOTHING)
    decimals = 0 if amount == amount.to_integral_value() else 2
    text = number_format(amount, decimal_pos=decimals, use_l10n=True, force_grouping=True)
    return format_html('<span class="money">{} <small>{}</small></span>', text, currency)


@register.simple_tag
def relative_time(at: datetime | None, never: str = NOTHING) -> SafeString:
    """“3 h ago” or “in 2 days”, the exact time on hover."""
    if at is None:
        return format_html('<span class="time">{}</span>', never)
    return _time(at, distance(at, timezone.now()), "time")


@register.simple_tag
def deadline(at: datetime | None) -> SafeString:
    """A clock that turns: "2 h left", "40 min late"."""
    if at is None:
        return SafeString("")
    late = at < timezone.now()
    text = distance(at, timezone.now(), past="{} late", future="{} left")
    soon = not late and (at - timezone.now()).total_seconds() < 3600
    return _time(at, text, f"deadline deadline-{'late' if late else 'soon' if soon else 'fine'}")


def _time(at: datetime, text: str, css: str) -> SafeString:
    local = timezone.localtime(at)
    exact = f"{local:%a %d %b %Y, %H:%M} {local.tzname()}"
    return format_html('<time class="{}" datetime="{}" title="{}">{}</time>', css, at.isoformat(), exact, text)


@register.simple_block_tag(end_name="endpageheader")
def pageheader(content: str, title: Any, subtitle: Any = "", back: str = "", back_label: str = "Back") -> str:
    """The page's h1; the block holds its buttons."""
    return _render("page_header", title=title, subtitle=subtitle, back=back, back_label=back_label, content=content)


@register.simple_block_tag(end_name="endcard")
def card(
    content: str,
    title: Any = "",
    icon: str = "",
    count: int | None = None,
    href: str = "",
    link: str = "All",
    flush: bool = False,
    css: str = "",
) -> str:
    """A section with an h2. ``flush``: lists and tables reach its edges."""
    return _render(
        "card",
        title=title,
        icon_name=icon,
        count=count,
        href=href,
        link=link,
        flush=flush,
        css=css,
        heading_id=f"card-{slugify(title)}" if title else "",
        content=content,
    )


@register.simple_tag
def empty_state(icon: str, title: str, text: str = "", href: str = "", label: str = "") -> str:
    """Says what to do next where there is nothing to show."""
    return _render("empty_state", icon_name=icon, title=title, text=text, href=href, label=label)


def _render(component: str, **context: Any) -> SafeString:
    if isinstance(context.get("content"), str):
        context["content"] = SafeString(context["content"].strip())
    return render_to_string(f"components/{component}.html", context)


class _Links(Urlizer):
    url_template = '<a href="{href}" rel="noopener noreferrer nofollow" target="_blank">{url}</a>'


@register.filter
def with_links(text: str) -> SafeString:
    """Web and e-mail addresses in ``text`` can be clicked; all else is shown as it is."""
    return mark_safe(_Links()(text, autoescape=True))  # noqa: S308 - escaped there, but for the links made
