from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest

from crm.accounts.forms import AccountForm
from crm.accounts.models import Account, AccountAddress, AccountOwnerChange, IdentifiedProject
from crm.accounts.services.family import why_not_parent
from crm.people.admin_owners import OwnerChanges
from crm.web.admin import PartInline, ReadOnlyAdmin, VisibleAdmin


class AccountAdminForm(AccountForm):
    """The page's checks, and no cycle of companies."""

    version = None  # type: ignore[assignment]
    seen = None  # type: ignore[assignment]

    class Meta(AccountForm.Meta):
        fields = [*AccountForm.Meta.fields, "parent", "owner", "team"]

    def clean_parent(self) -> Any:
        parent = self.cleaned_data["parent"]
        if self.instance.pk and (problem := why_not_parent(self.instance, parent)):
            raise forms.ValidationError(problem)
        return parent


class AddressInline(PartInline):
    model = AccountAddress
    tab = True


class OwnerChangeInline(OwnerChanges):
    model = AccountOwnerChange


@admin.register(Account)
class AccountAdmin(VisibleAdmin):
    """An account that is there is handed over on its own page, where that is recorded."""

    form = AccountAdminForm
    list_display = ("name", "domain", "industry", "employees", "city", "country", "parent", "owner")
    list_filter = ("country", "industry", "owner")
    list_select_related = ("owner", "parent")
    search_fields = ("search_text",)
    autocomplete_fields = ("parent", "owner", "team")
    readonly_fields = ("created_at",)
    inlines = (AddressInline, OwnerChangeInline)
    fieldsets = (
        (None, {"fields": (("name", "domain"), ("industry", "employees"), "phone", "parent")}),
        ("Head office", {"fields": ("street", ("postcode", "city"), ("region", "country"))}),
        ("Who looks after it", {"fields": (("owner", "team"), "created_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Account | None = None) -> tuple[str, ...]:
        return (*self.readonly_fields, *(("owner", "team") if obj else ()))


@admin.register(IdentifiedProject)
class ProjectAdmin(ReadOnlyAdmin):
    list_display = ("name", "account", "phase", "starts_on", "amount", "currency", "by", "at")
    list_filter = ("phase", "by")
    list_select_related = ("account", "by")
    search_fields = ("name", "description", "account__search_text")
