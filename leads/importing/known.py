"""Leads whose key was imported earlier, read for a batch of rows at once."""

from collections.abc import Iterable

from leads.importing.errors import RowRefused
from leads.importing.reading import Row
from leads.importing.values import Value
from leads.models import Inquiry, Lead, Stage


class Keys:
    """The keys of a file, each of which may be there once, and the leads that have them already."""

    def __init__(self, system: str, value: Value) -> None:
        self.system, self.value = system, value
        self._lines: dict[str, int] = {}
        self._leads: dict[str, Lead] = {}

    def look_ahead(self, rows: Iterable[Row]) -> None:
        keys = [self._key(row) for row in rows if row.complete]
        inquiries = Inquiry.objects.filter(external_id__in=keys).order_by()
        self._leads = {i.external_id: i.lead for i in inquiries.select_related("lead__conversion__opportunity")}

    def take(self, row: Row) -> str:
        raw = self.value.text(row.values)
        if not raw:
            raise RowRefused("The key is blank.")
        key = self._key(row)
        if len(key) > 200:
            raise RowRefused("The key is longer than 200 characters.")
        if self._lines.setdefault(key, row.line) != row.line:
            raise RowRefused(f"The key is the same as in line {self._lines[key]}.")
        return key

    def lead(self, key: str) -> Lead | None:
        """As it was when the batch began."""
        return self._leads.get(key)

    def _key(self, row: Row) -> str:
        return f"{self.system}:{self.value.text(row.values)}"


def as_of_now(lead: Lead) -> Lead:
    """Another row of the batch may have converted it since."""
    return lead if lead.stage == Stage.CONVERTED else Lead.objects.get(pk=lead.pk)
