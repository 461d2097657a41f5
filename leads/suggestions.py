"""Leads that may be the same person as another: for a person to look at, never matched by the program itself."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from django.db.models import Q, QuerySet

from crm.people.models import User
from leads.duplicates.matching import match_pairs
from leads.duplicates.records import Records
from leads.duplicates.weights import assumed
from leads.models import Lead
from leads.services.not_duplicates import said_different

POSSIBLE = 0.2
PRIOR = 1 / 5_000
PER_KEY = 100
COMPARED = ("first_name", "last_name", "company", "email", "phone", "city", "country")


@dataclass(frozen=True)
class Suggestion:
    lead: Lead
    score: float
    reasons: tuple[str, ...]

    @property
    def percent(self) -> int:
        return int(self.score * 100)


def suggest_duplicates(lead: Lead, *, user: User | None = None, limit: int = 5) -> list[Suggestion]:
    """Best first, only what ``user`` may see. One query by the indexed keys of the lead, at most a hundred leads for
    each, the newest first."""
    candidates = list(_candidates(lead, user))
    if not candidates:
        return []
    records = Records.of({name: getattr(one, name) for name in COMPARED} for one in [lead, *candidates])
    pairs = np.array([(0, index + 1) for index in range(len(candidates))])
    found = match_pairs(records, pairs, assumed(records), prior=PRIOR, at_least=POSSIBLE)
    return [Suggestion(candidates[match.right - 1], match.score, match.reasons) for match in found[:limit]]


def _candidates(lead: Lead, user: User | None) -> QuerySet[Lead] | list[Lead]:
    others = Lead.objects.live().exclude(pk=lead.pk).exclude(pk__in=said_different(lead)).order_by("-pk")
    visible = others.visible_to(user) if user else others
    newest = [visible.filter(key).values("pk")[:PER_KEY] for key in _keys(lead)]
    blocks = [Lead.objects.filter(pk__in=leads).order_by() for leads in newest]
    return blocks[0].union(*blocks[1:]) if blocks else []


def _keys(lead: Lead) -> Iterator[Q]:
    """Each survives another kind of error; names are tried both ways round."""
    given, family, company = lead.given_code, lead.family_code, lead.company_key
    either = [code for code in (given, family) if code]
    if lead.phone:
        yield Q(phone=lead.phone)
    if given and family:
        yield Q(family_code=family, given_code=given) | Q(family_code=given, given_code=family)
    if either:
        yield Q(family_code__in=either)
    if company:
        yield Q(company_key=company)
    if company and either:
        yield Q(company_key=company, family_code__in=either)
