from django.contrib import admin
from django.http import HttpRequest

from crm.contacts.models import Contact
from crm.people.person_form import ReachablePersonForm
from crm.web.admin import VisibleAdmin


@admin.register(Contact)
class ContactAdmin(VisibleAdmin):
    """Opt-outs are not lifted here: people withdraw them themselves."""

    form = ReachablePersonForm
    list_display = ("__str__", "account", "job_title", "email", "phone", "owner")
    list_filter = ("email_opt_out", "do_not_call", "owner")
    list_select_related = ("account", "owner")
    search_fields = ("first_name", "last_name", "email", "account__name")
    autocomplete_fields = ("owner", "team")
    readonly_fields = ("account", "email_opt_out", "do_not_call", "created_at")

    def derived_fields(self, changed: list[str]) -> list[str]:
        return ["email_key"] if "email" in changed else []

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Contacts come from converting leads."""
        return False
