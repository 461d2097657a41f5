"""What a browser has before it posts a form."""

import time
from dataclasses import replace
from typing import Any

from leads.models import InquiryForm
from leads.opening import open_form


def opened(form: InquiryForm, *, seconds_ago: float = 60, **known: Any) -> str:
    """The token of a form that was opened a while ago."""
    form.refresh_from_db()
    return replace(open_form(form, told={}, **known), at=time.time() - seconds_ago).token
