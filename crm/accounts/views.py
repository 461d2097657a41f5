"""Accounts: the list, one account with what apps above know of it, and what is corrected on it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from crm.accounts.choosing import ChooseAccountForm, search_of
from crm.accounts.filters import AccountFilter
from crm.accounts.forms import AccountForm, AddressForm
from crm.accounts.models import Account, AccountAddress
from crm.accounts.services.editing import edit_account, save_address
from crm.accounts.services.family import FamilyRefused, set_parent
from crm.accounts.tables import AccountTable
from crm.fields.lists import CustomList, RecordExport
from crm.people.handover_lists import HandsOver
from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.record_views import RecordDetail, RecordEdit
from crm.web.records import back_to_record

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


class AccountList(HandsOver, CustomList):
    queryset = Account.objects.select_related("owner")
    filterset_class = AccountFilter
    table_class = AccountTable
    template_name = "accounts/account_list.html"
    fragment_template = "accounts/account_results.html"


class AccountExport(RecordExport):
    queryset = Account.objects.all()
    filterset_class = AccountFilter
    order = ("name", "pk")
    name = "accounts"
    columns = {
        "id": "pk",
        "name": "name",
        "domain": "domain",
        "industry": "industry",
        "employees": "employees",
        "phone": "phone",
        "street": "street",
        "postcode": "postcode",
        "city": "city",
        "region": "region",
        "country": "country",
        "belongs to": "parent__name",
        "owner": "owner__email",
        "added": "created_at",
    }


class AccountDetail(RecordDetail):
    queryset = Account.objects.select_related("owner").annotate(
        has_children=Exists(Account.objects.filter(parent=OuterRef("pk"))),
        has_addresses=Exists(AccountAddress.objects.filter(account=OuterRef("pk"))),
    )
    list_label = "Accounts"

    def subtitle(self, record: Account) -> str:
        return record.domain

    def context(self, record: Account, request: Any) -> dict[str, Any]:
        visible = Account.objects.visible_to(request.user)
        parent = visible.filter(pk=record.parent_id).first() if record.parent_id else None
        addresses = list(record.addresses.all()) if record.has_addresses else []  # type: ignore[attr-defined]
        return super().context(record, request) | {"addresses": addresses, "parent": parent}


class AccountEdit(RecordEdit):
    model = Account
    form_class = AccountForm
    permission = "accounts.change_account"
    title = "Edit account"
    kind = "account"
    edit = staticmethod(edit_account)


def changeable_account(request: UserRequest, pk: int) -> Account:
    """404 for one that the user may not see, 403 for one they may not change."""
    account: Account = get_object_or_404(Account.objects.visible_to(request.user), pk=pk)
    if not request.user.has_perm("accounts.change_account", account):
        raise PermissionDenied
    return account


@ask_or_do
def parent(request: UserRequest, pk: int) -> HttpResponse:
    account = changeable_account(request, pk)
    search = search_of(request)
    none = "None: it belongs to nobody" if account.parent_id else ""
    form = ChooseAccountForm(request.POST or None, search=search, user=request.user, not_this=account.pk, none=none)
    if request.method == "POST" and form.is_valid():
        try:
            set_parent(account=account, parent=form.chosen, by=request.user)
        except FamilyRefused as refused:
            form.add_error("account", str(refused))
        else:
            messages.success(request, "Saved.")
            return redirect(account)
    context = {
        "form": form,
        "record": account,
        "search": search,
        "title": "Parent company",
        "submit": "Save",
        "text": f"{account} belongs to:",
    }
    return render(request, "accounts/choose.html", context, status=422 if form.errors else 200)


@ask_or_do
def address(request: UserRequest, pk: int, address: int | None = None) -> HttpResponse:
    account = changeable_account(request, pk)
    known = get_object_or_404(account.addresses, pk=address) if address else None
    form = AddressForm(request.POST or None, instance=known)
    if request.method == "POST" and form.is_valid():
        remove = form.cleaned_data.pop("removed", False)
        save_address(account=account, address=known, fields=form.cleaned_data, remove=remove, by=request.user)
        messages.success(request, "Saved.")
        return back_to_record(request, account.get_absolute_url())
    return dialog(request, form=form, title=f"Address of {account}", submit="Save")
