from django.contrib import admin
from django.http import HttpRequest

from crm.contacts.models import Contact, ContactOwnerChange, PastEmployment
from crm.people.admin_owners import OwnerChanges
from crm.people.person_form import ReachablePersonForm
from crm.web.admin import ReadOnlyInline, VisibleAdmin


class PastEmploymentInline(ReadOnlyInline):
    model = PastEmployment
    fields = ("account", "job_title", "since", "until")


class OwnerChangeInline(OwnerChanges):
    model = ContactOwnerChange


@admin.register(Contact)
class ContactAdmin(VisibleAdmin):
    """Opt-outs are not lifted here: people withdraw them themselves. A contact is handed over on their own page, where
    that is recorded."""

    form = ReachablePersonForm
    list_display = ("__str__", "account", "job_title", "email", "phone", "owner")
    list_filter = ("email_opt_out", "do_not_call", "owner")
    list_select_related = ("account", "owner")
    search_fields = ("search_text", "account__search_text")
    inlines = (PastEmploymentInline, OwnerChangeInline)
    readonly_fields = (
        "account",
        "since",
        "further_addresses",
        "owner",
        "team",
        "email_opt_out",
        "do_not_call",
        "created_at",
    )

    @admin.display(description="Further addresses")
    def further_addresses(self, obj: Contact) -> str:
        return ", ".join(address.value for address in obj.addresses.all()) or "None"

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Contacts come from converting leads."""
        return False
