"""Base classes that the records of every app share."""

from typing import Any

from django.db import models


class AppendOnly(models.Model):
    """A row that is written once: changing or deleting it through the ORM raises ``TypeError``."""

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise TypeError(f"{type(self).__name__} is append-only")
        super().save(*args, **kwargs)


class Versioned(models.Model):
    """``version`` counts changes: an edit says which version it saw, and a stale one is refused."""

    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True
