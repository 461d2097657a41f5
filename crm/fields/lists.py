"""Lists of records with their custom fields, and the same rows for a spreadsheet or a program."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_safe

from crm.fields.definitions import Definition
from crm.fields.filters import CustomFilters
from crm.fields.kinds import FieldKind
from crm.fields.services.values import values_of
from crm.fields.values import display
from crm.web.exports import csv_response, json_response, xlsx_response
from crm.web.lists import RecordList

CHUNK = 2_000


class CustomList(RecordList):
    """``filterset_class`` is of ``CustomFilters``, ``table_class`` of ``CustomTable``."""

    def get_table_kwargs(self) -> dict[str, Any]:
        return super().get_table_kwargs() | {"definitions": self.filterset.definitions}


@method_decorator(require_safe, name="dispatch")
class RecordExport(View):
    """Exactly the rows that the filtered list shows on all its pages: ``?format=xlsx``, ``?format=json``, else CSV.
    ``columns``: heading to field; what the user may see of the custom fields follows them."""

    queryset: QuerySet[Any]
    filterset_class: type[CustomFilters]
    columns: Mapping[str, str] = {}
    order: tuple[str, ...] = ("pk",)
    name = "records"

    def get(self, request: HttpRequest) -> HttpResponseBase:
        visible = self.queryset.all().visible_to(request.user)  # type: ignore[attr-defined]
        filtered = self.filterset_class(request.GET, queryset=visible, request=request)
        found = filtered.qs if filtered.is_valid() else visible.none()
        rows = _rows(found.order_by(*self.order), self.columns.values(), filtered.definitions)
        wanted = request.GET.get("format")
        if wanted == "json":
            return self._as_json(filtered, rows)
        cells = ([*row, *_cells(filtered.definitions, known)] for row, known in rows)
        respond = xlsx_response if wanted == "xlsx" else csv_response
        return respond(name=self.name, header=[*self.columns, *_headings(filtered.definitions)], rows=cells)

    def _as_json(self, filtered: CustomFilters, rows: Iterable[tuple[list[Any], Mapping[Definition, Any]]]) -> Any:
        """Custom fields by their keys, under ``custom``: null is not known. 400 for filters that are not valid."""
        if not filtered.is_valid():
            return JsonResponse({"errors": filtered.form.errors}, status=400)
        names = [heading.replace(" ", "_") for heading in self.columns]
        objects = (
            dict(zip(names, row, strict=True)) | {"custom": {one.key: known.get(one) for one in filtered.definitions}}
            for row, known in rows
        )
        return json_response(rows=objects)


def _rows(
    found: QuerySet[Any], paths: Iterable[str], definitions: list[Definition]
) -> Iterator[tuple[list[Any], Mapping[Definition, Any]]]:
    """Each with its custom values. One query more for each ``CHUNK`` rows, where there are custom fields."""
    remaining = found.values_list("pk", *paths).iterator(chunk_size=CHUNK)
    while chunk := list(islice(remaining, CHUNK)):
        known = values_of(found.model, [row[0] for row in chunk], definitions)
        for pk, *row in chunk:
            yield row, known.get(pk, {})


def _headings(definitions: Iterable[Definition]) -> Iterator[str]:
    """An amount has its currency beside it."""
    for definition in definitions:
        yield definition.label
        if definition.kind == FieldKind.MONEY:
            yield f"{definition.label} currency"


def _cells(definitions: Iterable[Definition], known: Mapping[Definition, Any]) -> Iterator[Any]:
    for definition in definitions:
        yield from cells_of(definition, known.get(definition))


def cells_of(definition: Definition, value: Any) -> list[Any]:
    """As a spreadsheet wants it, and as an import takes it back."""
    if definition.kind == FieldKind.MONEY:
        return [Decimal(value["amount"]), value["currency"]] if value else [None, None]
    if value is None:
        return [None]
    match definition.kind:
        case FieldKind.NUMBER:
            return [Decimal(value)]
        case FieldKind.DATE:
            return [date.fromisoformat(value)]
        case FieldKind.CHOICES:
            return ["; ".join(option.label for option in definition.options if option.value in value)]
    return [display(definition, value)]
