"""What the admin pages of all apps share. Each app registers its own models in its ``admin``."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin, StackedInline, TabularInline
from unfold.dataclasses import ActionDialog
from unfold.forms import BaseDialogForm

from crm.web.searching import Searchable, fold


class ReadOnly:
    """For records that services write: looked at here, never added, changed or deleted, by nobody."""

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    list_filter_submit = True


class ReadOnlyInline(ReadOnly, TabularInline):
    """Shown to whoever may see the record that it is part of."""

    extra = 0
    tab = True
    show_change_link = False

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True


class PartOfParent:
    """An inline whose rows are part of the record above them: who may change that may change them."""

    extra = 0
    admin_site: admin.AdminSite
    parent_model: type[models.Model]

    def _may_edit(self, request: HttpRequest, obj: models.Model | None) -> bool:
        parent = self.admin_site.get_model_admin(self.parent_model)
        return parent.has_add_permission(request) if obj is None else parent.has_change_permission(request, obj)

    def has_view_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return self._may_edit(request, obj)

    has_change_permission = has_delete_permission = has_add_permission


class PartInline(PartOfParent, TabularInline):
    pass


class StackedPartInline(PartOfParent, StackedInline):
    pass


class FrozenOnceInForce:
    """For versioned records: only a draft can be changed or deleted. A save locks the row first, so that nobody puts it
    into force in between."""

    model: type[models.Model]

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        found = super().get_object(request, object_id, from_field)  # type: ignore[misc]
        if found is None or request.method != "POST":
            return found
        return self.model._default_manager.select_for_update().get(pk=found.pk)

    def has_status(self, request: HttpRequest, object_id: str, status: str) -> bool:
        found = super().get_object(request, str(object_id))  # type: ignore[misc]
        return found is not None and found.status == status

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.status == "draft") and super().has_change_permission(request, obj)  # type: ignore[misc]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return (obj is None or obj.status == "draft") and super().has_delete_permission(request, obj)  # type: ignore[misc]


def dialog(title: str, description: str, submit: str, form: type[BaseDialogForm] | None = None) -> ActionDialog:
    """What an action asks before it acts: opening it changes nothing, its answer is posted."""
    return {"title": title, "description": description, "form_class": form, "form_submit_text": submit}


def to_page(url: str) -> HttpResponse:
    """Where the browser goes after a dialog, which was sent by HTMX."""
    return HttpResponse(headers={"HX-Redirect": url})


class VisibleAdmin(ModelAdmin):
    """For records that have an owner: the list, and each record by its address, starts from ``visible_to``. Saving
    writes only what the form changed, and counts the change."""

    list_filter_submit = True
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Any]:
        return super().get_queryset(request).visible_to(request.user)

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        folded = fold(search_term) if issubclass(self.model, Searchable) else search_term
        return super().get_search_results(request, queryset, folded)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            return super().save_model(request, obj, form, change)
        obj.version = models.F("version") + 1
        obj.save(update_fields=[*form.changed_data, "version"])
        obj.refresh_from_db(fields=["version"])
        return None

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Nothing is deleted by a business action."""
        return False
