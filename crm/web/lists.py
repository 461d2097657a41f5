"""Lists of records: filtered by the URL, sorted, paged, and reloaded in place while somebody types."""

from typing import Any

from django.db.models import QuerySet
from django.utils.cache import patch_vary_headers
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.views.decorators.http import require_safe
from django_filters.views import FilterView
from django_tables2 import SingleTableMixin


def wants_fragment(request: Any) -> bool:
    """HTMX asks for a part of the page; going back in the browser's history asks for all of it."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def filter_query(request: Any) -> str:
    """The filters of the address, without the page and the order: the list's export takes the same."""
    return urlencode([(name, value) for name, value in request.GET.items() if value and name not in ("page", "sort")])


@method_decorator(require_safe, name="dispatch")
class RecordList(SingleTableMixin, FilterView):
    """What ``request.user`` may see. ``fragment_template`` draws ``#results`` alone; the page includes the same."""

    table_pagination = {"per_page": 50}
    fragment_template = ""

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().visible_to(self.request.user)

    def get_template_names(self) -> list[str]:
        return [self.fragment_template] if wants_fragment(self.request) else super().get_template_names()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return context | {"fragment_template": self.fragment_template, "filter_query": filter_query(self.request)}

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().dispatch(request, *args, **kwargs)
        patch_vary_headers(response, ["HX-Request"])
        return response
