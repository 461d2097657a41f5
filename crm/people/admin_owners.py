"""Whose a record was, on its page in the admin."""

from crm.web.admin import ReadOnlyInline


class OwnerChanges(ReadOnlyInline):
    """``model``: the ``OwnerChange`` of one kind of record."""

    verbose_name_plural = "owners over time"
    fields = ("at", "before", "after", "by", "note")
