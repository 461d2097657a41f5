"""What a list of accounts can be narrowed to."""

import django_filters as filters

from crm.accounts.models import Account
from crm.people.filters import OwnerFilter
from crm.web.filters import SearchFilter


class AccountFilter(filters.FilterSet):
    search = SearchFilter(fields=("name", "domain", "city"), placeholder="Name, domain, city")
    industry = filters.CharFilter(lookup_expr="icontains", max_length=100)
    country = filters.CharFilter(lookup_expr="iexact", max_length=2, label="Country (2 letters)")
    owner = OwnerFilter()

    class Meta:
        model = Account
        fields: list[str] = []
