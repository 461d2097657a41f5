"""Phone numbers: E.164, and the time zones a number is in."""

import phonenumbers
from phonenumbers.timezone import time_zones_for_number


class InvalidPhone(ValueError):
    """The text is not a phone number of the country."""


def parse_phone(value: str, *, country: str) -> str:
    """``value`` in E.164 (``+49301234567``), "" for an empty one; ``country`` (ISO 3166) is assumed where no
    international prefix is given. Raises InvalidPhone."""
    if not value.strip():
        return ""
    try:
        number = phonenumbers.parse(value, country or None)
    except phonenumbers.NumberParseException as error:
        raise InvalidPhone("That is not a phone number. Example: +1 212 555 0100.") from error
    if not phonenumbers.is_possible_number(number):
        raise InvalidPhone("That phone number is too short or too long.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def zone_of(phone: str) -> str:
    """The one time zone of an E.164 number, or "" where it is unknown or not one."""
    try:
        zones = time_zones_for_number(phonenumbers.parse(phone))
    except phonenumbers.NumberParseException:
        return ""
    return zones[0] if len(zones) == 1 and zones[0] != "Etc/Unknown" else ""
