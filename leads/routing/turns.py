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

from django.db import IntegrityError, transaction
from django.db.models import Count, OuterRef, Subquery

from crm.people.models import User
from leads.models import Assignment, Lead, Method, Rotation, RotationTurn

NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Turn:
    """``number`` is what the chosen rep's turn will be."""

    user: User
    number: int
    why: str


def lock_rotation(pool: dict[str, int]) -> Rotation:
    """Held until the transaction ends: the next one reads the turns after ours is stored."""
    rotations = Rotation.objects.select_for_update(no_key=True, of=("self",))
    if found := rotations.filter(**pool).first():
        return found
    try:
        with transaction.atomic():
            Rotation.objects.create(**pool)
    except IntegrityError:
        pass  # somebody else was faster
    return rotations.get(**pool)


def whose_turn(users: Sequence[User], *, method: str, rotation: Rotation | None) -> Turn:
    """Of ``users``, in the order of their pool, none of whom is missing."""
    turns = dict(RotationTurn.objects.filter(rotation=rotation).values_list("user", "turn")) if rotation else {}
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


def _least_loaded(users: Sequence[User], turns: dict[int, int], number: int) -> Turn:
    open_leads = Lead.objects.open().filter(owner__in=users)
    loads = dict(open_leads.values_list("owner").annotate(Count("pk")).order_by())
    newest = Assignment.objects.filter(to=OuterRef("pk")).order_by("-at").values("at")[:1]
    last = dict(User.objects.filter(pk__in=[user.pk for user in users]).values_list("pk", Subquery(newest)))
    chosen = min(users, key=lambda u: (loads.get(u.pk, 0), last.get(u.pk) or NEVER, turns.get(u.pk, 0)))
    count = loads.get(chosen.pk, 0)
    return Turn(chosen, number, f"Fewest open leads of {len(users)}: {count}.")


def store_turn(rotation: Rotation, turn: Turn) -> None:
    mine = RotationTurn.objects.filter(rotation=rotation, user=turn.user)
    if not mine.update(turn=turn.number):
        RotationTurn.objects.create(rotation=rotation, user=turn.user, turn=turn.number)
