"""The merge tags that marketers may use, and what they say of a lead. Plain texts only, never records."""

import unicodedata
from collections.abc import Mapping
from email.utils import parseaddr

from crm.people.models import Company
from leads.models import Lead

NAME_SIGNS = " -'\N{RIGHT SINGLE QUOTATION MARK}"

MERGE_TAGS: Mapping[str, str] = {
    "first_name": "The lead's first name, or “there”",
    "company": "The lead's company, or “your company”",
    "sender_name": "The name the mail comes from",
    "our_company": "Our company's name",
}


def values_for(lead: Lead, *, sender: str, company: Company) -> dict[str, str]:
    """A value for every merge tag."""
    return {
        "first_name": _harmless(lead.first_name, signs=NAME_SIGNS, words=3) or "there",
        "company": _harmless(lead.company, signs=NAME_SIGNS + "&,()", words=6) or "your company",
        "sender_name": parseaddr(sender)[0] or company.name,
        "our_company": company.name,
    }


def _harmless(value: str, *, signs: str, words: int) -> str:
    """``value`` if it looks like a name, else "". Anybody can type anybody's address into a form: what they type along
    with it must not turn our mail into theirs (links, prices, whole sentences)."""
    value = value.strip()
    looks_like_one = len(value) <= 60 and len(value.split()) <= words
    return value if looks_like_one and all(_is_letter(c) or c in signs for c in value) else ""


def _is_letter(character: str) -> bool:
    return unicodedata.category(character)[0] in "LMN"
