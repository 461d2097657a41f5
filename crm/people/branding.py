"""How the company looks in what it sends: colour and logo."""

import uuid
from pathlib import PurePath
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import FileExtensionValidator, RegexValidator

COLOR = "#1d5fd1"
MAX_LOGO = 300 * 1024  # bytes: it is loaded with every mail that is opened
validate_color = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", "Use # and six digits or letters a to f. Example: #1d5fd1.")
# What all mail programs show. Pictures that can hold scripts are not among them.
validate_logo_name = FileExtensionValidator(["png", "jpg", "jpeg", "gif"])


def place_of_logo(company: Any, name: str) -> str:
    return f"logo/{uuid.uuid4().hex}{PurePath(name).suffix.lower()}"


def validate_logo_size(logo: Any) -> None:
    if logo.size > MAX_LOGO:
        raise ValidationError(f"The picture is too large: at most {MAX_LOGO // 1024} KB.")


def text_color_on(background: str) -> str:
    """White or black, whichever is read better (WCAG 2 contrast)."""
    luminance = _luminance(background)
    return "#ffffff" if 1.05 / (luminance + 0.05) >= (luminance + 0.05) / 0.05 else "#000000"


def _luminance(color: str) -> float:
    parts = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
