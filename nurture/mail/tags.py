"""The merge tags that marketers may use, and what they say of a lead. Plain texts only, never records."""

import unicodedata
from collections.abc import Mapping

from crm.people.emails import name_and_address
from crm.people.models import Company, User
from leads.models import Lead

NAME_SIGNS = " -'\N{RIGHT SINGLE QUOTATION MARK}"
TITLE_SIGNS = NAME_SIGNS + "&,()"

MERGE_TAGS: Mapping[str, str] = {
    "first_name": "The lead's first name, or “there”",
    "last_name": "The lead's last name, or nothing",
    "company": "The lead's company, or “your company”",
    "job_title": "The lead's job title, or nothing",
    "sender_name": "The name the mail comes from",
    "our_company": "Our company's name",
    "owner_name": "The rep who owns the lead, or the name the mail comes from",
    "owner_phone": "The rep's phone number, or nothing",
    "booking_link": "Where to book a meeting with the rep, or nothing",
}


class Link(str):
    """An address that our own people set: a text may show it as the link that it is."""

    __slots__ = ()


def values_for(lead: Lead, *, sender: str, company: Company, owner: User | None = None) -> dict[str, str | None]:
    """A value for every merge tag; None where there is nothing, so that a text can ask ``{% if booking_link %}``."""
    sender_name = name_and_address(sender)[0] or company.name
    return {
        "first_name": _harmless(lead.first_name, signs=NAME_SIGNS, words=3) or "there",
        "last_name": _harmless(lead.last_name, signs=NAME_SIGNS, words=4) or None,
        "company": _harmless(lead.company, signs=TITLE_SIGNS, words=6) or "your company",
        "job_title": _harmless(lead.job_title, signs=TITLE_SIGNS, words=6) or None,
        "sender_name": sender_name,
        "our_company": company.name,
        "owner_name": (owner.get_full_name() if owner else "") or sender_name,
        "owner_phone": (owner.phone if owner else "") or None,
        "booking_link": Link(owner.booking_link) if owner and owner.booking_link else None,
    }


def _harmless(value: str, *, signs: str, words: int) -> str:
    """``value`` if it looks like a name, else "". Anybody can type anybody's address into a form: what they type along
    with it must not turn our mail into theirs (links, prices, whole sentences)."""
    value = value.strip()
    looks_like_one = len(value) <= 60 and len(value.split()) <= words
    return value if looks_like_one and all(_is_letter(c) or c in signs for c in value) else ""


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"
