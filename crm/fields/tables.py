"""Custom fields as columns of lists."""

from collections.abc import Iterable
from typing import Any

import django_tables2 as tables
from django.db.models import F, FilteredRelation, Q, QuerySet
from django.http import HttpRequest

from crm.fields.definitions import Definition
from crm.fields.kinds import FieldKind
from crm.fields.services.values import values_of
from crm.fields.values import display

_SORTED_BY = {FieldKind.CHOICE: "choice__position", FieldKind.DATE: "day", FieldKind.TEXT: "text_key"}
_NUMBERS = (FieldKind.NUMBER, FieldKind.MONEY)


class CustomColumn(tables.Column):
    """Sorted by its own index; what is not known comes last."""

    def __init__(self, definition: Definition) -> None:
        self.definition = definition
        css = {"class": "number"} if definition.kind in _NUMBERS else {}
        attrs = {"td": css, "th": css}
        super().__init__(
            definition.label, accessor="pk", orderable=definition.sortable, attrs=attrs, order_by=(definition.name,)
        )

    def render(self, record: Any) -> str:
        value = record.custom_known.get(self.definition)
        return "" if value is None else display(self.definition, value)

    def order(self, records: QuerySet[Any], is_descending: bool) -> tuple[QuerySet[Any], bool]:
        name = f"sorted_by_{self.definition.name}"
        relation = FilteredRelation("custom_values", condition=Q(custom_values__field=self.definition.pk))
        by = F(f"{name}__{_SORTED_BY.get(FieldKind(self.definition.kind), 'number')}")
        order = by.desc(nulls_last=True) if is_descending else by.asc(nulls_last=True)
        return records.alias(**{name: relation}).order_by(order, "pk"), True


class CustomTable(tables.Table):
    """``definitions``: what the user may see; those that are ``listed`` are columns, after the others."""

    def __init__(self, *args: Any, definitions: Iterable[Definition] = (), **kwargs: Any) -> None:
        self.listed = [definition for definition in definitions if definition.listed]
        columns = [(definition.name, CustomColumn(definition)) for definition in self.listed]
        super().__init__(*args, extra_columns=columns, **kwargs)

    def before_render(self, request: HttpRequest) -> None:
        """The values of the rows on this page: one query."""
        records = [row.record for row in self.paginated_rows]
        found = values_of(self._meta.model, [record.pk for record in records], self.listed)
        for record in records:
            record.custom_known = found.get(record.pk, {})
