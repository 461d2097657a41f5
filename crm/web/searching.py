"""Search as people type it: every word, whatever its case and accents, on any database.

SQLite's ``LIKE`` folds ASCII only and PostgreSQL's keeps accents, so a record that is searched has a column
``search_text`` with its searched fields folded, and the words are folded the same way.
"""

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

MAX_WORDS = 8
COLUMN = "search_text"


def fold(text: str) -> str:
    """Lower case without accents: "Ångström Straße" is "angstrom strasse"."""
    apart = unicodedata.normalize("NFKD", text.replace("\x00", "")).casefold()
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def words_in(text: str, fields: Sequence[str]) -> Q:
    """Every word in one of ``fields``; in those that end in ``search_text`` folded. True for every record where
    ``text`` is blank."""
    words = text.replace("\x00", "").split()[:MAX_WORDS]
    each = (reduce(or_, (_is_in(word, field) for field in fields)) for word in words)
    return reduce(and_, each, Q())


def _is_in(word: str, field: str) -> Q:
    return Q(**{f"{field}__contains": fold(word)}) if field.endswith(COLUMN) else Q(**{f"{field}__icontains": word})


class Searchable(models.Model):
    """``SEARCHED``: the fields that ``search_text`` is made of, whenever the record is saved."""

    SEARCHED: ClassVar[tuple[str, ...]] = ()

    search_text = models.TextField(blank=True, default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.fill_in()
        if update_fields is not None and {*update_fields} & {*self.SEARCHED}:
            update_fields = {*update_fields, COLUMN}
        super().save(*args, update_fields=update_fields, **kwargs)

    def fill_in(self) -> None:
        """What follows from other fields."""
        self.search_text = self.folded()

    def folded(self) -> str:
        return fold(" ".join(value for name in self.SEARCHED if (value := getattr(self, name))))


def fill_search_text(model: Any, searched: Sequence[str]) -> None:
    """For the migration that adds the column to a table with rows."""

    def fill(row: Any) -> None:
        row.search_text = fold(" ".join(value for name in searched if (value := getattr(row, name))))

    rewrite_all(model, fill, reads=searched, writes=[COLUMN])


def rewrite_all(
    model: Any, change: Callable[[Any], None], *, reads: Sequence[str], writes: Sequence[str], batch: int = 2_000
) -> None:
    """For migrations: every row, by primary key, a batch in memory at a time."""
    last = 0
    while rows := list(model.objects.filter(pk__gt=last).order_by("pk").only("pk", *reads)[:batch]):
        for row in rows:
            change(row)
        model.objects.bulk_update(rows, writes)
        last = rows[-1].pk
