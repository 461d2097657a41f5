"""E-mail addresses: what is the same address, and what is one at all."""

from contextlib import suppress

from email_validator import EmailNotValidError, validate_email

# Providers that ignore dots in the local part, and what follows a plus sign.
_IGNORES_DOTS = {"gmail.com", "googlemail.com"}
_IGNORES_PLUS = _IGNORES_DOTS | {
    "outlook.com",
    "hotmail.com",
    "live.com",
    "icloud.com",
    "fastmail.com",
    "proton.me",
}
_SAME_DOMAIN = {"googlemail.com": "gmail.com"}
FREE_MAIL_DOMAINS = _IGNORES_PLUS | {
    "yahoo.com",
    "gmx.de",
    "gmx.net",
    "web.de",
    "aol.com",
    "mail.com",
    "protonmail.com",
}


class InvalidEmail(ValueError):
    """The text is not an e-mail address; the message says why, for a person."""


def normalize_email(value: str) -> str:
    """The address as it is stored and written to: trimmed, domain and local part in lower case."""
    return value.strip().lower()


def parse_email(value: str) -> str:
    """``value`` checked for syntax and normalised. Raises InvalidEmail. No network is used."""
    try:
        result = validate_email(value.strip(), check_deliverability=False, test_environment=True)
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidEmail(str(error)) from error
    return normalize_email(result.normalized)


def email_key(value: str) -> str:
    """The key under which two spellings are one mailbox: IDN in ASCII; dots and plus tags dropped where the
    provider ignores them. Empty for an empty address."""
    local, at, domain = normalize_email(value).rpartition("@")
    if not at:
        return ""
    if not domain.isascii():
        with suppress(UnicodeError):
            domain = domain.encode("idna").decode("ascii")
    domain = _SAME_DOMAIN.get(domain, domain)
    if domain in _IGNORES_PLUS:
        local = local.partition("+")[0]
    if domain in _IGNORES_DOTS:
        local = local.replace(".", "")
    return f"{local}@{domain}"


# Reserved for examples (RFC 2606): addresses that were made up for an import.
_EXAMPLE_DOMAINS = {"example.com", "example.net", "example.org"}


def company_domain(value: str) -> str:
    """The domain of a company's address, or "" where it is a free-mail provider's or an example."""
    domain = email_key(value).rpartition("@")[2]
    return "" if domain in FREE_MAIL_DOMAINS | _EXAMPLE_DOMAINS else domain
