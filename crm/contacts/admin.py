from django.contrib import admin
from django.http import HttpRequest

from crm.contacts.models import Contact, PastEmployment
from crm.people.person_form import ReachablePersonForm
from crm.web.admin import ReadOnlyInline, VisibleAdmin


class PastEmploymentInline(ReadOnlyInline):
    model = PastEmployment
    fields = ("account", "job_title", "since", "until")


@admin.register(Contact)
class ContactAdmin(VisibleAdmin):
    """Opt-outs are not lifted here: people withdraw them themselves."""

    form = ReachablePersonForm
    list_display = ("__str__", "account", "job_title", "email", "phone", "owner")
    list_filter = ("email_opt_out", "do_not_call", "owner")
    list_select_related = ("account", "owner")
    search_fields = ("search_text", "account__search_text")
    autocomplete_fields = ("owner", "team")
    inlines = (PastEmploymentInline,)
    readonly_fields = ("account", "since", "further_addresses", "email_opt_out", "do_not_call", "created_at")

    @admin.display(description="Further addresses")
    def further_addresses(self, obj: Contact) -> str:
        return ", ".join(address.value for address in obj.addresses.all()) or "None"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Contacts come from converting leads."""
        return False
