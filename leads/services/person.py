"""Who a lead is, as typed, made fit to store."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from crm.people.emails import InvalidEmail, parse_email
from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone, zone_of
from crm.web.texts import UNSTORABLE, is_storable
from leads.models import Lead

PERSON_FIELDS = (
    "first_name",
    "last_name",
    "email",
    "phone",
    "company",
    "job_title",
    "website",
    "postcode",
    "city",
    "region",
    "country",
    "industry",
    "employees",
)
MOST_EMPLOYEES = 100_000_000


_is_web_address = URLValidator(schemes=["http", "https"])


def clean_person(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Trimmed and normalised values with the lead's time zone, and what is wrong by field."""
    typed = {name: raw.get(name) for name in PERSON_FIELDS}
    person: dict[str, Any] = {name: " ".join(_text(value).split()) for name, value in typed.items()}
    errors = {name: message for name, value in person.items() if (message := _problem(name, value))}
    errors |= {name: "Enter a text." for name, value in typed.items() if not _is_text(value)}
    person["country"] = person["country"].upper()
    person["employees"] = int(person["employees"]) if person["employees"] and "employees" not in errors else None
    if person["email"] and "email" not in errors:
        try:
            person["email"] = parse_email(person["email"])
        except InvalidEmail as error:
            errors["email"] = f"That is not an e-mail address. {error}"
    if person["phone"] and "phone" not in errors:
        try:
            person["phone"] = parse_phone(person["phone"], country=person["country"] or Company.current().country)
        except InvalidPhone as error:
            errors["phone"] = str(error)
    person["time_zone"] = zone_of(person["phone"]) if person["phone"] and "phone" not in errors else ""
    return person, errors


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _is_text(value: Any) -> bool:
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def _is_count(value: str) -> bool:
    return value.isdecimal() and value.isascii() and len(value) < 12 and int(value) <= MOST_EMPLOYEES


def _problem(name: str, value: str) -> str:
    limit = getattr(Lead._meta.get_field(name), "max_length", None)
    if not is_storable(value):
        return UNSTORABLE
    if limit is not None and len(value) > limit:
        return f"Use at most {limit} characters."
    if name == "country" and value and not (len(value) == 2 and value.isascii() and value.isalpha()):
        return "Use the country's code of two letters. Example: US."
    if name == "employees" and value and not _is_count(value):
        return "Use a whole number. Example: 250."
    return _not_an_address(value) if name == "website" and value else ""


def _not_an_address(value: str) -> str:
    try:
        _is_web_address(value)
    except ValidationError:
        return "Enter the address of a website. Example: https://www.example.com."
    return ""
