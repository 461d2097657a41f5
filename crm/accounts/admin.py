from django.contrib import admin

from crm.accounts.models import Account
from crm.web.admin import VisibleAdmin


@admin.register(Account)
class AccountAdmin(VisibleAdmin):
    list_display = ("name", "domain", "industry", "city", "country", "owner")
    list_filter = ("country", "industry", "owner")
    list_select_related = ("owner",)
    search_fields = ("name", "domain", "city")
    autocomplete_fields = ("owner", "team")
    readonly_fields = ("created_at",)

    def derived_fields(self, changed: list[str]) -> list[str]:
        return ["name_key"] if "name" in changed else []
