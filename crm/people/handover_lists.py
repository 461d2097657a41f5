"""Lists whose rows can be chosen and handed over, by who may."""

from typing import Any

import django_tables2 as tables
from django.urls import reverse

from crm.people.handover_views import HandOverForm, may_hand_over

CHECK = {"class": "cell-check"}


def chosen_column() -> tables.TemplateColumn:
    return tables.TemplateColumn(
        template_name="components/chosen.html", orderable=False, verbose_name="", attrs={"td": CHECK, "th": CHECK}
    )


class HandsOver:
    """Before a list of records whose table begins with ``chosen``; its room has the route ``hand_over_many``."""

    queryset: Any
    request: Any

    def get_table_kwargs(self) -> dict[str, Any]:
        kwargs: dict[str, Any] = super().get_table_kwargs()  # type: ignore[misc]
        return kwargs | ({} if self._may_hand_over() else {"exclude": ("chosen",)})

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        if not self._may_hand_over():
            return context
        model = self.queryset.model
        url = reverse(f"{model._meta.app_label}:hand_over_many")
        return context | {"hand_over_form": HandOverForm(user=self.request.user, model=model), "hand_over_url": url}

    def _may_hand_over(self) -> bool:
        return may_hand_over(self.request.user, self.queryset.model)
