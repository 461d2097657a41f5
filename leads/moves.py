"""What a user can do with a lead now: the table of allowed moves as buttons, the one next action first."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from crm.people.models import User
from leads.models import ALLOWED_MOVES, Lead, Stage


@dataclass(frozen=True)
class Move:
    """``ask``: a form comes first (a reason, a person). ``page``: a page of its own. Else the press does it. ``url``
    says which stage was seen, so that a press on an old page is told that somebody was faster."""

    name: str
    label: str
    icon: str
    url: str
    ask: bool = False
    page: bool = False


@dataclass(frozen=True)
class Moves:
    """``hint`` says what to do where no button is the next action."""

    next: Move | None
    others: list[Move]
    hint: str = ""


def moves_for(lead: Lead, *, user: User, ready: bool, reachable: bool = True) -> Moves:
    """``ready``: by the sales policy. ``reachable``: answers to what is unknown could still meet the policy."""
    if not user.has_perm("leads.change_lead"):
        return Moves(None, [])
    wanted = _next_name(lead, ready)
    found = list(_possible(lead, user, ready))
    first = next((move for move in found if move.name == wanted), None)
    return Moves(first, [move for move in found if move is not first], _hint(lead, ready, reachable))


def _next_name(lead: Lead, ready: bool) -> str:
    if lead.stage == Stage.SAL:
        return "qualify" if ready else ""
    return {Stage.MQL: "accept", Stage.SQL: "convert", Stage.DISQUALIFIED: "reopen"}.get(Stage(lead.stage), "")


def _hint(lead: Lead, ready: bool, reachable: bool) -> str:
    if lead.stage in (Stage.UNQUALIFIED, Stage.SAL) and not ready and not reachable:
        return "What is known rules it out for now: ask again later, or disqualify it."
    if lead.stage == Stage.UNQUALIFIED:
        return "Find out what is unknown: enough good answers qualify the lead at once."
    if lead.stage == Stage.SAL and not ready:
        return "Find out what the sales policy still asks for, then qualify the lead."
    return ""


def _possible(lead: Lead, user: User, ready: bool) -> Iterator[Move]:
    allowed = ALLOWED_MOVES[lead.stage]
    if Stage.SAL in allowed:
        label = "Accept" if lead.stage == Stage.MQL else "Take over"
        yield _move(lead, "accept", label, icon="check")
    if Stage.SQL in allowed and ready:
        yield _move(lead, "qualify", "Qualify", icon="rosette-discount-check")
    if lead.stage == Stage.SQL or (lead.stage == Stage.SAL and (ready or user.has_perm("leads.override_readiness"))):
        yield _move(lead, "convert", "Convert", icon="transform", page=True)
    if Stage.UNQUALIFIED in allowed:
        reopen = lead.stage == Stage.DISQUALIFIED
        yield _move(lead, "reopen", "Reopen", icon="refresh") if reopen else _reject(lead)
    if Stage.DISQUALIFIED in allowed:
        yield _move(lead, "disqualify", "Disqualify", icon="ban", ask=True)
    if lead.is_open and user.has_perm("leads.assign_lead"):
        yield _move(lead, "assign", "Assign", icon="user-share", ask=True)


def _reject(lead: Lead) -> Move:
    return _move(lead, "reject", "Back to nurture", icon="arrow-back-up", ask=True)


def _move(lead: Lead, name: str, label: str, *, icon: str, ask: bool = False, page: bool = False) -> Move:
    url = reverse(f"leads:{name}", args=[lead.pk])
    return Move(name, label, icon, url if page else f"{url}?stage={lead.stage}", ask=ask, page=page)
