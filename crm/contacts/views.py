"""Contacts: the list, one contact with what apps above know of them, and the edit form."""

from operator import attrgetter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_safe

from crm.contacts.filters import ContactFilter
from crm.contacts.forms import ContactForm
from crm.contacts.models import Contact
from crm.contacts.services.editing import edit_contact
from crm.contacts.tables import ContactTable
from crm.people.requests import UserRequest
from crm.web.edits import VersionedUpdate
from crm.web.lists import RecordList, filter_query
from crm.web.records import newest_first, record_page
from crm.web.slots import record_panels, record_timeline, record_writers


class ContactList(RecordList):
    queryset = Contact.objects.select_related("owner", "account")
    filterset_class = ContactFilter
    table_class = ContactTable
    template_name = "contacts/contact_list.html"
    fragment_template = "contacts/contact_results.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"filter_query": filter_query(self.request)}


@require_safe
def detail(request: UserRequest, pk: int) -> HttpResponse:
    user = request.user
    contact = get_object_or_404(Contact.objects.visible_to(user).select_related("owner", "account"), pk=pk)
    context = {
        "contact": contact,
        "can_change": user.has_perm("contacts.change_contact"),
        "timeline": newest_first(record_timeline.collect(contact, user=user)),
        "writers": record_writers.collect(contact, user=user),
        "panels": sorted(record_panels.collect(contact, user=user), key=attrgetter("order")),
    }
    return record_page(request, "contacts/contact_detail.html", "contacts/contact_record.html", context)


class ContactEdit(VersionedUpdate):
    request: UserRequest
    model = Contact
    form_class = ContactForm
    permission = "contacts.change_contact"
    title = "Edit contact"

    def write(self, form: Any) -> None:
        version = form.cleaned_data["version"]
        edit_contact(contact=self.get_object(), version=version, fields=form.fields_to_write(), by=self.request.user)

    def get_success_url(self) -> str:
        return reverse("contacts:detail", args=[self.object.pk])
