"""What became of a sequence's touches, per step and text, beside the sequence."""

from operator import attrgetter
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.decorators import action

from crm.people.requests import user_of
from nurture.models import Sequence
from nurture.slots import sequence_figures
from nurture.statistics.columns import tables_of
from nurture.statistics.steps import figures_of


class FiguresPage:
    """For the admin of sequences."""

    def get_urls(self: Any) -> list[URLPattern]:
        page = self.admin_site.admin_view(self._figures)
        return [path("<int:object_id>/figures/", page, name="nurture_sequence_figures"), *super().get_urls()]  # type: ignore[misc]

    @action(description="Figures", url_path="show-figures", icon="monitoring")
    def show_figures(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:nurture_sequence_figures", object_id=object_id)

    def _figures(self: Any, request: HttpRequest, object_id: int) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        sequence = get_object_or_404(Sequence, pk=object_id)
        sections = sequence_figures.collect(sequence, user=user_of(request), now=timezone.now())
        page = {
            "title": f"Figures of “{sequence}”",
            "sequence": sequence,
            "tables": tables_of(figures_of(sequence)),
            "sections": sorted(sections, key=attrgetter("order")),
            "opts": Sequence._meta,
        }
        return render(request, "admin/nurture/sequence/figures.html", self.admin_site.each_context(request) | page)
