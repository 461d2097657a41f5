"""Search over several columns: every word must be in one of them."""

from collections.abc import Sequence
from functools import reduce
from operator import and_, or_

from django.db.models import Q

MAX_WORDS = 8


def words_in(text: str, fields: Sequence[str]) -> Q:
    """A condition that is true for every record where ``text`` is blank."""
    words = text.replace("\x00", "").split()[:MAX_WORDS]
    each = (reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields)) for word in words)
    return reduce(and_, each, Q())
