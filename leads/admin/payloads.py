"""What was submitted, word for word, without the custom fields that whoever looks may not see."""

import json
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from crm.fields.definitions import PREFIX, definitions
from crm.fields.models import CustomField, RecordKind
from crm.people.models import User
from leads.models import Channel, Inquiry

WITHHELD = "The row of the file holds custom fields that you may not see."


def shown_payload(inquiry: Inquiry, user: User) -> SafeString:
    """A file names its columns as it likes: its rows are for those who may see all fields of leads."""
    fields = CustomField.objects.filter(record_kind=RecordKind.LEAD)
    hidden = fields.exclude(pk__in=fields.seen_by(user).values("pk"))
    if inquiry.channel == Channel.IMPORT and hidden.exists():
        return format_html("{}", WITHHELD)
    seen = {field.name for field in definitions(RecordKind.LEAD, user=user)}
    payload = _without(inquiry.payload, seen)
    return format_html("<pre>{}</pre>", json.dumps(payload, indent=2, ensure_ascii=False))


def _without(payload: Any, seen: set[str]) -> Any:
    if not isinstance(payload, dict):
        return payload
    return {name: value for name, value in payload.items() if not name.startswith(PREFIX) or name in seen}
