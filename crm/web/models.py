"""Base classes that the records of every app share."""

from typing import Any

from django.db import models

from crm.web.watching import Watched as Watched


class AppendOnlyQuerySet(models.QuerySet):
    def update(self, **values: Any) -> int:
        raise TypeError(f"{self.model.__name__} is append-only")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{self.model.__name__} is append-only")

    def bulk_update(self, *args: Any, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is append-only")

    def change_hands(self, **owner: Any) -> int:
        """The rows become another record's, when two are merged or a merge is undone. What they say stays."""
        return super().update(**owner)


class AppendOnly(models.Model):
    """A row that is written once: changing or deleting it through the ORM raises ``TypeError``."""

    objects: Any = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise TypeError(f"{type(self).__name__} is append-only")


class Versioned(models.Model):
    """``version`` counts changes: an edit says which version it saw, and a stale one is refused."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
