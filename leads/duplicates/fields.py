"""The fields that records are compared by, and what the program assumes about each.

The figures are assumptions about people's data, not fitted to any file: how often two records of one person agree in
a field (typing errors, moving house, a second mailbox), and how often those of two people agree by chance.
"""

from collections.abc import Callable
from dataclasses import dataclass

from rapidfuzz.distance import OSA, JaroWinkler

from crm.people.emails import email_key
from leads.duplicates.text import company_key, digits, folded, given_name, solid

Similarity = Callable[..., float]


@dataclass(frozen=True, kw_only=True)
class Field:
    """``part``: what of two different values is compared, all of it where None. ``near``: from this similarity (0 to
    1) on, two different values count as alike. ``agree``: share of true duplicates that are equal or alike in the
    field; ``chance``: share of other pairs that are equal, corrected by the data where ``counted``. ``shared``:
    colleagues, or a family, have it in common."""

    label: str
    normal: Callable[[str], str]
    similarity: Similarity = OSA.normalized_similarity
    part: Callable[[str], str] | None = None
    near: float = 0.8
    agree: float
    chance: float
    counted: bool = True
    shared: bool = False


def _mailbox(email: str) -> str:
    """Colleagues have the rest in common."""
    return email.rpartition("@")[0]


FIELDS = {
    "first_name": Field(
        label="given name",
        normal=given_name,
        similarity=JaroWinkler.normalized_similarity,
        near=0.85,
        agree=0.95,
        chance=0.01,
    ),
    "last_name": Field(
        label="family name",
        normal=folded,
        similarity=JaroWinkler.normalized_similarity,
        near=0.85,
        agree=0.95,
        chance=0.002,
        shared=True,
    ),
    "company": Field(label="company", normal=company_key, near=0.85, agree=0.85, chance=0.002, shared=True),
    "email": Field(
        label="e-mail address", normal=email_key, part=_mailbox, near=0.9, agree=0.6, chance=1e-9, counted=False
    ),
    "phone": Field(label="phone", normal=digits, near=0.9, agree=0.7, chance=0.0001, shared=True),
    "birth_date": Field(label="date of birth", normal=solid, near=0.85, agree=0.95, chance=0.00005),
    "street_number": Field(label="house number", normal=solid, near=0.99, agree=0.75, chance=0.02, shared=True),
    "street": Field(label="street", normal=solid, agree=0.8, chance=0.002, shared=True),
    "address_2": Field(label="second address line", normal=solid, agree=0.7, chance=0.002, shared=True),
    "city": Field(label="city", normal=solid, agree=0.85, chance=0.02, shared=True),
    "postcode": Field(label="postcode", normal=solid, near=0.75, agree=0.85, chance=0.005, shared=True),
    "region": Field(label="region", normal=solid, near=0.99, agree=0.9, chance=0.15, shared=True),
    "country": Field(label="country", normal=solid, near=0.99, agree=0.97, chance=0.5, shared=True),
}


def identifier(label: str) -> Field:
    """A number that belongs to one person or company: a customer, tax or passport number."""
    return Field(label=label, normal=solid, near=0.8, agree=0.93, chance=0.00001)
