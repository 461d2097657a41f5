"""What a list of contacts can be narrowed to."""

import django_filters as filters

from crm.contacts.models import Contact
from crm.people.filters import OwnerFilter
from crm.web.filters import SearchFilter

SEARCHED = ("first_name", "last_name", "email", "account__name")


class ContactFilter(filters.FilterSet):
    search = SearchFilter(fields=SEARCHED, placeholder="Name, e-mail, account")
    job_title = filters.CharFilter(lookup_expr="icontains", max_length=100, label="Job title")
    owner = OwnerFilter()

    class Meta:
        model = Contact
        fields: list[str] = []
