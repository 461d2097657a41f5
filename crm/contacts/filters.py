"""What a list of contacts can be narrowed to."""

import django_filters as filters
from django.db.models import QuerySet

from crm.contacts.models import Contact
from crm.fields.filters import CustomFilters
from crm.people.filters import OwnerFilter
from crm.web.filters import SearchFilter, day_range

SEARCHED = ("search_text", "account__search_text")


class ContactFilter(CustomFilters):
    search = SearchFilter(fields=SEARCHED, placeholder="Name, e-mail, account")
    job_title = filters.CharFilter(lookup_expr="icontains", max_length=100, label="Job title")
    owner = OwnerFilter()
    reach = filters.ChoiceFilter(
        label="Can be", choices=[("mailed", "e-mailed"), ("called", "called")], method="by_reach", empty_label="Any"
    )
    added_from, added_until = day_range("created_at__date", "Added")

    class Meta:
        model = Contact
        fields: list[str] = []

    def by_reach(self, contacts: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        if value == "mailed":
            return contacts.filter(email_opt_out=False).exclude(email="")
        return contacts.filter(do_not_call=False).exclude(phone="")
