"""Who a lead is, as typed, made fit to store."""

from collections.abc import Mapping
from typing import Any

from crm.people.emails import InvalidEmail, parse_email
from crm.people.models import Company
from crm.people.phones import InvalidPhone, parse_phone, zone_of
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


def clean_person(raw: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """Trimmed and normalised values with the lead's time zone, and what is wrong by field."""
    person: dict[str, Any] = {name: " ".join(_text(raw.get(name)).split()) for name in PERSON_FIELDS}
    errors = {name: message for name, value in person.items() if (message := _problem(name, value))}
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


def _problem(name: str, value: str) -> str:
    limit = getattr(Lead._meta.get_field(name), "max_length", None)
    if "\x00" in value:
        return "That holds a character that cannot be stored."
    if limit is not None and len(value) > limit:
        return f"Use at most {limit} characters."
    if name == "country" and value and not (len(value) == 2 and value.isascii() and value.isalpha()):
        return "Use the country's code of two letters. Example: US."
    if name == "employees" and value and not (value.isdecimal() and value.isascii() and int(value) <= MOST_EMPLOYEES):
        return "Use a whole number. Example: 250."
    return ""
