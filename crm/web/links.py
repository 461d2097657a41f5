"""Addresses of web pages that people type in: shown as links to others, so only harmless ones are taken."""

from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

MAX_LENGTH = 500
WRONG = "That is not the address of a web page. Example: https://www.linkedin.com/in/ada."

_is_web_page = URLValidator(schemes=["http", "https"])


def clean_link(value: str) -> str:
    """With a scheme, and host in lower case. Raises ValidationError for anything but http and https, and for names and
    passwords in front of the host, which make one site look like another."""
    text = value.strip()
    if "://" not in text and not text.lower().startswith(("javascript:", "data:", "vbscript:", "mailto:", "file:")):
        text = f"https://{text}"
    try:
        _is_web_page(text)
        parts = urlsplit(text)
    except (ValidationError, ValueError) as error:
        raise ValidationError(WRONG) from error
    if "@" in parts.netloc or "\\" in text or "." not in parts.netloc or len(text) > MAX_LENGTH:
        raise ValidationError(WRONG)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), *parts[2:]))


def host_of(link: str) -> str:
    """Without "www."."""
    return (urlsplit(link).hostname or "").removeprefix("www.")


class LinkField(forms.CharField):
    """An address of a web page; "" where it may be left out."""

    def __init__(self, **options: Any) -> None:
        defaults: dict[str, Any] = {"max_length": MAX_LENGTH, "widget": forms.URLInput(attrs={"inputmode": "url"})}
        super().__init__(**(defaults | options))
        self.widget.input_type = "text"  # the browser would refuse an address without its scheme

    def clean(self, value: Any) -> str:
        text: str = super().clean(value)
        return clean_link(text) if text else ""
