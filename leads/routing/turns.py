"""Whose turn it is.

In turn: of those who may get a lead, whoever had none of this pool for the longest time. So, of any two who were there
all the time, neither gets more than one lead more than the other, in any stretch of leads; and whoever was away, full
or new gets at most one more than they do: nobody makes up for time away.

Fewest open leads: by the open leads that a rep owns, from wherever they came; equal ones by the longest time since
their last lead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import Count, OuterRef, Subquery

from crm.people.models import User
from crm.web.quick import Query, asking, run
from crm.web.writing import change_rows, insert, insert_unless_there
from leads.models import Assignment, Lead, Method, Rotation, RotationTurn

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Turn:
    """``number`` is what the chosen rep's turn will be."""

    user: User
    number: int
    why: str


@dataclass(frozen=True)
class Turns:
    """Of one rotation: the newest turn of each rep who ever had one."""

    rotation: int
    of: Mapping[int, int]


def lock_turns(pool: Mapping[str, int]) -> Turns:
    """Held until the transaction ends: the next one reads the turns after ours is stored. ``pool``: as ``Pool`` names
    its rotation."""
    (relation, pk), *_ = pool.items()
    found, turns = run([asking(ROTATIONS[relation], pk), asking(TURNS[relation], pk)])
    if found.rows:
        return Turns(found.rows[0][0], dict(turns.rows))
    insert_unless_there(Rotation(**pool), relation.removesuffix("_id"))  # or somebody else was faster
    return lock_turns(pool)


def read_turns(pool: Mapping[str, int]) -> Mapping[int, int]:
    (relation, pk), *_ = pool.items()
    return dict(TURNS[relation](pk))


def _locked(relation: str) -> Query:
    return lambda pk: Rotation.objects.filter(**{relation: pk}).select_for_update(no_key=True).values_list("pk")


def _turns(relation: str) -> Query:
    turns = RotationTurn.objects.order_by()
    return lambda pk: turns.filter(**{f"rotation__{relation}": pk}).values_list("user", "turn")


RELATIONS = ("rule_id", "team_id", "territory_id")
ROTATIONS = {relation: _locked(relation) for relation in RELATIONS}
TURNS = {relation: _turns(relation) for relation in RELATIONS}


def whose_turn(users: Sequence[User], *, method: str, turns: Mapping[int, int]) -> Turn:
    """Of ``users``, in the order of their pool, none of whom is missing."""
    number = max(turns.values(), default=0) + 1
    if len(users) == 1:
        return Turn(users[0], number, "The only one who can get it.")
    if method == Method.LEAST_LOADED:
        return _least_loaded(users, turns, number)
    chosen = next_in_turn([user.pk for user in users], turns)
    return Turn(next(user for user in users if user.pk == chosen), number, f"Next in turn of {len(users)}.")


def next_in_turn(users: Sequence[int], turns: Mapping[int, int]) -> int:
    """Whoever had none for the longest time, or never; of those who never had one the first."""
    return min(users, key=lambda user: turns.get(user, 0))


def _least_loaded(users: Sequence[User], turns: Mapping[int, int], number: int) -> Turn:
    open_leads = Lead.objects.open().filter(owner__in=users)
    loads = dict(open_leads.values_list("owner").annotate(Count("pk")).order_by())
    newest = Assignment.objects.filter(to=OuterRef("pk")).order_by("-at").values("at")[:1]
    last = dict(User.objects.filter(pk__in=[user.pk for user in users]).values_list("pk", Subquery(newest)))
    chosen = min(users, key=lambda u: (loads.get(u.pk, 0), last.get(u.pk) or NEVER, turns.get(u.pk, 0)))
    count = loads.get(chosen.pk, 0)
    return Turn(chosen, number, f"Fewest open leads of {len(users)}: {count}.")


def store_turn(turns: Turns, turn: Turn) -> None:
    if turn.user.pk in turns.of:
        change_rows(RotationTurn, {"rotation": turns.rotation, "user": turn.user.pk}, {"turn": turn.number})
    else:
        insert([RotationTurn(rotation_id=turns.rotation, user=turn.user, turn=turn.number)])
