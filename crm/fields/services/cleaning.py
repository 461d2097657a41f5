"""Values of custom fields by key, as forms, files and programs give them, made fit to store."""

from collections.abc import Mapping
from typing import Any

from crm.fields.definitions import PREFIX, Definition, by_key, definitions
from crm.fields.rows import clean
from crm.fields.values import InvalidValue


def clean_by_key(record_kind: str, raw: Mapping[str, Any]) -> tuple[dict[Definition, Any], dict[str, str]]:
    """Values by field, blanks left out, and what is wrong by the name of the field in forms. No query for nothing."""
    given = {key: value for key, value in raw.items() if value not in ("", None, [])}
    if not given:
        return {}, {}
    known = by_key(definitions(record_kind, user=None))
    cleaned: dict[Definition, Any] = {}
    errors = {f"{PREFIX}{key}": "There is no such field." for key in given if key not in known}
    for key, value in given.items():
        if key in known:
            try:
                cleaned[known[key]] = clean(known[key], value)
            except InvalidValue as error:
                errors[known[key].name] = str(error)
    return cleaned, errors
