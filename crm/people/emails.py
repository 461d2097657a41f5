"""E-mail addresses: what is the same address, and what is one at all."""

import unicodedata
from email.utils import parseaddr
from functools import lru_cache

from email_validator import EmailNotValidError, validate_email

MAX_LENGTH = 254  # RFC 5321, and the columns that hold one

# Domains under which a provider keeps one mailbox: the first stands for all.
_ONE_PROVIDER = [
    ["gmail.com", "googlemail.com"],
    ["icloud.com", "me.com", "mac.com"],
    ["proton.me", "protonmail.com", "pm.me"],
    ["fastmail.com", "fastmail.fm"],
    ["yandex.com", "yandex.ru", "yandex.by", "yandex.kz", "ya.ru"],
]
_SAME_DOMAIN = {domain: domains[0] for domains in _ONE_PROVIDER for domain in domains}
# Providers that ignore dots in the local part, and what follows a plus sign. A company's own domain is never among
# them, wherever its mail is kept: there a dot may tell two people apart.
_IGNORES_DOTS = {"gmail.com"}
_COUNTRIES = ["com", "de", "fr", "it", "es", "co.uk", "nl", "be", "dk", "se", "at", "ie", "com.au", "com.br", "co.jp"]
_MICROSOFT = {f"{name}.{ending}" for name in ("outlook", "hotmail", "live") for ending in _COUNTRIES}
_IGNORES_PLUS = {
    *("gmail.com", "icloud.com", "proton.me", "fastmail.com", "yandex.com", "hey.com", "zoho.com", "zohomail.com"),
    *("msn.com", "mailbox.org", "posteo.de", "posteo.net", "runbox.com"),
    *_MICROSOFT,
}
FREE_MAIL_DOMAINS = {
    *_SAME_DOMAIN,
    *_IGNORES_PLUS,
    *("yahoo.com", "yahoo.co.uk", "yahoo.de", "yahoo.fr", "yahoo.it", "yahoo.es", "yahoo.com.br", "yahoo.co.in"),
    *("ymail.com", "rocketmail.com", "gmx.de", "gmx.net", "gmx.com", "gmx.at", "gmx.ch", "web.de", "freenet.de"),
    *("t-online.de", "aol.com", "mail.com", "mail.ru", "bk.ru", "inbox.ru", "list.ru", "qq.com", "163.com", "126.com"),
    *("orange.fr", "wanadoo.fr", "free.fr", "laposte.net", "libero.it", "virgilio.it", "tutanota.com", "tuta.com"),
    *("uol.com.br", "bol.com.br", "terra.com.br", "comcast.net", "btinternet.com", "rediffmail.com", "naver.com"),
}


class InvalidEmail(ValueError):
    """The text is not an e-mail address; the message says why, for a person."""


def normalize_email(value: str) -> str:
    """The address as it is stored and written to: trimmed, domain and local part in lower case, accents composed."""
    return unicodedata.normalize("NFC", value.strip().lower())


@lru_cache(maxsize=100)  # many mails come from one sender
def name_and_address(sender: str) -> tuple[str, str]:
    """Of “Ada King <ada@example.com>”, or of an address alone; both empty where it is neither."""
    return parseaddr(sender)


def domain_of(sender: str) -> str:
    """Under which the names of its mails are unique."""
    return name_and_address(sender)[1].rpartition("@")[2] or "localhost"


@lru_cache(maxsize=100)  # a form and the service behind it ask about the same one
def parse_email(value: str) -> str:
    """``value`` checked for syntax and normalised. Raises InvalidEmail. No network is used.

    Stricter than the RFCs on purpose: quoted local parts, address literals, comments, folded lines and domains of one
    word are refused, because nobody types them and mail to them rarely arrives. More lenient in one thing: white space
    and line breaks around a pasted address are taken off.
    """
    try:
        result = validate_email(value.strip(), check_deliverability=False, test_environment=True, strict=True)
    except (EmailNotValidError, UnicodeError) as error:
        raise InvalidEmail(str(error)) from error
    address = normalize_email(result.normalized)
    if len(address) > MAX_LENGTH:
        raise InvalidEmail("It is too long.")
    return address


def email_key(value: str) -> str:
    """The key under which two spellings are one mailbox: IDN in ASCII; dots and plus tags dropped where the
    provider ignores them. Empty for an empty address. At most 254 characters where the address is valid."""
    local, at, domain = normalize_email(value).rpartition("@")
    if not at:
        return ""
    domain = _ascii(domain)
    domain = _SAME_DOMAIN.get(domain, domain)
    if domain in _IGNORES_PLUS:
        local = local.partition("+")[0] or local
    if domain in _IGNORES_DOTS:
        local = local.replace(".", "") or local
    return f"{local}@{domain}"


def _ascii(domain: str) -> str:
    """By IDNA 2008, as registries do it: “faß.de” is not “fass.de”. As it is where that cannot be done."""
    if domain.isascii():
        return domain
    try:
        return str(validate_email(f"x@{domain}", check_deliverability=False, test_environment=True).ascii_domain)
    except (EmailNotValidError, UnicodeError):
        return domain


# Reserved for examples (RFC 2606): addresses that were made up for an import.
_EXAMPLE_DOMAINS = {"example.com", "example.net", "example.org"}


def company_domain(value: str) -> str:
    """The domain of a company's address, or "" where it is a free-mail provider's or an example."""
    domain = email_key(value).rpartition("@")[2]
    return "" if domain in FREE_MAIL_DOMAINS | _EXAMPLE_DOMAINS else domain
