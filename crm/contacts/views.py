"""Contacts: the list, one contact with what apps above know of them, and what is corrected on them."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from crm.accounts.choosing import search_of
from crm.accounts.models import Account
from crm.contacts.filters import ContactFilter
from crm.contacts.forms import ContactAddressForm, ContactForm, NewAccountForm
from crm.contacts.models import Contact, ContactAddress, PastEmployment
from crm.contacts.services.addresses import AddressRefused, make_primary, remove_address, save_contact_address
from crm.contacts.services.editing import edit_contact
from crm.contacts.services.employment import MoveRefused, change_account
from crm.contacts.tables import ContactTable
from crm.fields.lists import CustomList, RecordExport
from crm.people.handover_lists import HandsOver
from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.record_views import RecordDetail, RecordEdit
from crm.web.records import back_to_record

ask_or_do = require_http_methods(["GET", "HEAD", "POST"])


class ContactList(HandsOver, CustomList):
    queryset = Contact.objects.select_related("owner", "account")
    filterset_class = ContactFilter
    table_class = ContactTable
    template_name = "contacts/contact_list.html"
    fragment_template = "contacts/contact_results.html"


class ContactExport(RecordExport):
    queryset = Contact.objects.all()
    filterset_class = ContactFilter
    order = ("last_name", "first_name", "pk")
    name = "contacts"
    columns = {
        "id": "pk",
        "first name": "first_name",
        "last name": "last_name",
        "job title": "job_title",
        "account": "account__name",
        "email": "email",
        "phone": "phone",
        "no e-mail": "email_opt_out",
        "no calls": "do_not_call",
        "owner": "owner__email",
        "added": "created_at",
    }


class ContactDetail(RecordDetail):
    queryset = Contact.objects.select_related("owner", "account").annotate(
        has_addresses=Exists(ContactAddress.objects.filter(contact=OuterRef("pk"))),
        has_past=Exists(PastEmployment.objects.filter(contact=OuterRef("pk"))),
    )
    list_label = "Contacts"

    def subtitle(self, record: Contact) -> str:
        return record.job_title

    def context(self, record: Contact, request: Any) -> dict[str, Any]:
        addresses = list(record.addresses.all()) if record.has_addresses else []  # type: ignore[attr-defined]
        past = self._past(record, request) if record.has_past else []  # type: ignore[attr-defined]
        return super().context(record, request) | {"addresses": addresses, "past": past}

    def _past(self, record: Contact, request: Any) -> list[PastEmployment]:
        visible = Account.objects.visible_to(request.user)
        return list(record.past_employments.filter(account__in=visible).select_related("account"))


class ContactEdit(RecordEdit):
    model = Contact
    form_class = ContactForm
    permission = "contacts.change_contact"
    title = "Edit contact"
    kind = "contact"
    edit = staticmethod(edit_contact)


def changeable_contact(request: UserRequest, pk: int) -> Contact:
    """404 for one that the user may not see, 403 for one they may not change."""
    contact: Contact = get_object_or_404(Contact.objects.visible_to(request.user).select_related("account"), pk=pk)
    if not request.user.has_perm("contacts.change_contact", contact):
        raise PermissionDenied
    return contact


@ask_or_do
def address(request: UserRequest, pk: int, address: int | None = None) -> HttpResponse:
    contact = changeable_contact(request, pk)
    known = get_object_or_404(contact.addresses, pk=address) if address else None
    form = ContactAddressForm(request.POST or None, address=known)
    if request.method == "POST" and form.is_valid():
        try:
            _save(contact, known, form.cleaned_data, request)
        except AddressRefused as refused:
            for name, message in refused.errors.items():
                form.add_error(name, message)
        else:
            messages.success(request, "Saved.")
            return back_to_record(request, contact.get_absolute_url())
    return dialog(request, form=form, title=f"How to reach {contact}", submit="Save")


def _save(contact: Contact, known: ContactAddress | None, given: dict[str, Any], request: UserRequest) -> None:
    if known is not None and given["removed"]:
        return remove_address(address=known, by=request.user)
    medium = known.medium if known else given["medium"]
    saved = save_contact_address(
        contact=contact, address=known, medium=medium, kind=given["kind"], value=given["value"], by=request.user
    )
    if given["primary"]:
        make_primary(address=saved, by=request.user)
    return None


@ask_or_do
def move(request: UserRequest, pk: int) -> HttpResponse:
    contact = changeable_contact(request, pk)
    search = search_of(request)
    form = NewAccountForm(
        request.POST or None, search=search, user=request.user, not_this=contact.account_id, today=timezone.localdate()
    )
    if request.method == "POST" and form.is_valid() and form.chosen:
        try:
            given = form.cleaned_data
            change_account(
                contact=contact, to=form.chosen, job_title=given["job_title"], on=given["on"], by=request.user
            )
        except MoveRefused as refused:
            for name, message in refused.errors.items():
                form.add_error(name, message)
        else:
            messages.success(request, "Saved.")
            return redirect(contact)
    context = {
        "form": form,
        "record": contact,
        "search": search,
        "title": "Another account",
        "submit": "Save",
        "text": f"{contact} left {contact.account} and is at:",
    }
    return render(request, "accounts/choose.html", context, status=422 if form.errors else 200)
