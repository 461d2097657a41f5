"""What a list of accounts can be narrowed to."""

import django_filters as filters

from crm.accounts.models import Account
from crm.fields.filters import CustomFilters
from crm.people.filters import OwnerFilter
from crm.web.filters import SearchFilter, day_range


class AccountFilter(CustomFilters):
    search = SearchFilter(fields=("search_text",), placeholder="Name, domain, city")
    industry = filters.CharFilter(lookup_expr="icontains", max_length=100)
    country = filters.CharFilter(lookup_expr="iexact", max_length=2, label="Country (2 letters)")
    owner = OwnerFilter()
    city = filters.CharFilter(lookup_expr="icontains", max_length=100)
    employees_min = filters.NumberFilter("employees", "gte", label="Employees from")
    employees_max = filters.NumberFilter("employees", "lte", label="Employees to")
    added_from, added_until = day_range("created_at__date", "Added")

    class Meta:
        model = Account
        fields: list[str] = []
