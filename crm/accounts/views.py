"""Accounts: the list, one account with what apps above know of it, and its edit form."""

from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm.accounts.filters import AccountFilter
from crm.accounts.forms import AccountForm
from crm.accounts.models import Account
from crm.accounts.services.editing import edit_account
from crm.accounts.tables import AccountTable
from crm.people.requests import UserRequest
from crm.web.edits import VersionedUpdate
from crm.web.lists import RecordList, filter_query
from crm.web.records import newest_first, record_page
from crm.web.slots import record_panels, record_timeline, record_writers


class AccountList(RecordList):
    queryset = Account.objects.select_related("owner")
    filterset_class = AccountFilter
    table_class = AccountTable
    template_name = "accounts/account_list.html"
    fragment_template = "accounts/account_results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"filter_query": filter_query(self.request)}


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    user = request.user
    account = get_object_or_404(Account.objects.visible_to(user).select_related("owner"), pk=pk)
    context = {
        "account": account,
        "can_change": user.has_perm("accounts.change_account"),
        "timeline": newest_first(record_timeline.collect(account, user=user)),
        "writers": record_writers.collect(account, user=user),
        "panels": sorted(record_panels.collect(account, user=user), key=attrgetter("order")),
    }
    return record_page(request, "accounts/account_detail.html", "accounts/account_record.html", context)


class AccountEdit(VersionedUpdate):
    request: UserRequest
    model = Account
    form_class = AccountForm
    permission = "accounts.change_account"
    title = "Edit account"

    def write(self, form: Any) -> None:
        version = form.cleaned_data["version"]
        edit_account(account=self.get_object(), version=version, fields=form.fields_to_write(), by=self.request.user)

    def get_success_url(self) -> str:
        return reverse("accounts:detail", args=[self.object.pk])
