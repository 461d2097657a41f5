"""The pages that every kind of record has: one record with what apps above know of it, and its edit form."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.http import require_safe

from crm.web.edits import VersionedUpdate
from crm.web.records import record_page
from crm.web.slots import record_facts, record_panels, record_writers
from crm.web.timeline import timeline


@method_decorator(require_safe, name="dispatch")
class RecordDetail(View):
    """``queryset`` is of a model with ``visible_to``, tombstones (``merged_into``) and a page of its own. The room is
    the app: its templates are ``<room>/facts.html`` and it has the routes ``list``, ``edit`` and ``duplicates``."""

    queryset: QuerySet[Any]
    list_label = ""

    def get(self, request: Any, pk: int) -> HttpResponse:
        record = self.queryset.all().visible_to(request.user).filter(pk=pk).first()  # type: ignore[attr-defined]
        if record is None:
            return self._survivor(request, pk)
        context = self.context(record, request)
        return record_page(request, "components/record_page.html", "components/record_columns.html", context)

    def _survivor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The page of a tombstone leads to the record that it was merged into."""
        records: Any = self.queryset.model._default_manager
        survivor = records.visible_to(request.user).filter(merged=pk).first()
        if survivor is None:
            raise Http404
        return redirect(survivor)

    def subtitle(self, record: Any) -> str:
        return ""

    def context(self, record: Any, request: Any) -> dict[str, Any]:
        user, room, kind = request.user, record._meta.app_label, record._meta.model_name
        return {
            kind: record,
            "record": record,
            "subtitle": self.subtitle(record),
            "list_url": reverse(f"{room}:list"),
            "list_label": self.list_label,
            "edit_url": reverse(f"{room}:edit", args=[record.pk]),
            "duplicates_url": reverse(f"{room}:duplicates", args=[record.pk]),
            "facts_template": f"{room}/facts.html",
            "facts": record_facts.collect(record, user=user),
            "can_change": user.has_perm(f"{room}.change_{kind}"),
            "can_assign": user.has_perm(f"{room}.assign_{kind}"),
            "timeline": (story := timeline(request, record)).entries,
            "story": story,
            "writers": record_writers.collect(record, user=user),
            "panels": sorted(record_panels.collect(record, user=user), key=attrgetter("order")),
        }


class RecordEdit(VersionedUpdate):
    """``edit``: the service, with the record under ``kind``; raises StaleRecord, and ``refused`` with ``errors`` by
    field."""

    kind = ""
    edit: Callable[..., Any]
    refused: tuple[type[Exception], ...] = ()

    def write(self, form: Any) -> None:
        try:
            type(self).edit(
                **{self.kind: self.get_object()},
                version=form.cleaned_data["version"],
                fields=form.fields_to_write(),
                custom=form.custom_values(),
                by=self.request.user,
                now=timezone.now(),
            )
        except self.refused as refusal:
            for name, message in refusal.errors.items():  # type: ignore[attr-defined]
                form.add_error(name, message)

    def get_success_url(self) -> str:
        return str(self.object.get_absolute_url())
