"""Who takes part in an opportunity, in which buying role, and who competes."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from crm.contacts.models import Contact
from crm.opportunities.editing import remove_contact, set_buying_role, set_competitors
from crm.opportunities.forms import AddContactForm, CompetitorsForm, RoleForm
from crm.opportunities.models import Opportunity
from crm.opportunities.services import OpportunityRefused
from crm.opportunities.views.access import changeable_opportunity
from crm.people.requests import UserRequest
from crm.web.dialogs import dialog
from crm.web.records import back_to_record, report_conflict


@require_http_methods(["GET", "HEAD", "POST"])
def add(request: UserRequest, pk: int) -> HttpResponse:
    opportunity = changeable_opportunity(request, pk)
    form = AddContactForm(request.POST or None, opportunity=opportunity)
    if request.method == "POST" and form.is_valid():
        return _set(request, opportunity, form.cleaned_data["contact"], form.cleaned_data["role"])
    text = f"The people at {opportunity.account} who are not part of it yet."
    return dialog(request, form=form, title="Add a contact", submit="Add", text=text)


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: UserRequest, pk: int, role_pk: int) -> HttpResponse:
    opportunity = changeable_opportunity(request, pk)
    part = get_object_or_404(opportunity.roles.select_related("contact"), pk=role_pk)
    form = RoleForm(request.POST or None, initial={"role": part.role})
    if request.method == "POST" and form.is_valid():
        return _set(request, opportunity, part.contact, form.cleaned_data["role"])
    return dialog(request, form=form, title=f"The part of {part.contact}", submit="Save")


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: UserRequest, pk: int, role_pk: int) -> HttpResponse:
    opportunity = changeable_opportunity(request, pk)
    part = get_object_or_404(opportunity.roles.select_related("contact"), pk=role_pk)
    back = reverse("opportunities:detail", args=[pk])
    if request.method == "POST":
        try:
            remove_contact(opportunity=opportunity, contact=part.contact, by=request.user)
        except OpportunityRefused as error:
            return report_conflict(request, back, error)
        return back_to_record(request, back)
    text = "They stay a contact of the account."
    title = f"Take {part.contact} out of {opportunity}?"
    return dialog(request, form=forms.Form(), title=title, submit="Take out", text=text, danger=True)


@require_http_methods(["GET", "HEAD", "POST"])
def competitors(request: UserRequest, pk: int) -> HttpResponse:
    opportunity = changeable_opportunity(request, pk)
    initial = {"competitors": opportunity.competitors.all()}
    form = CompetitorsForm(request.POST if request.method == "POST" else None, opportunity=opportunity, initial=initial)
    if request.method == "POST" and form.is_valid():
        back = reverse("opportunities:detail", args=[pk])
        try:
            set_competitors(opportunity=opportunity, by=request.user, **form.cleaned_data)
        except OpportunityRefused as error:
            return report_conflict(request, back, error)
        return back_to_record(request, back)
    text = "" if form.fields["competitors"].queryset else "A marketing manager adds competitors in the admin."  # type: ignore[attr-defined]
    return dialog(request, form=form, title="Competitors", submit="Save", text=text)


def _set(request: UserRequest, opportunity: Opportunity, contact: Contact, role: str) -> HttpResponse:
    set_buying_role(opportunity=opportunity, contact=contact, role=role, by=request.user)
    messages.success(request, "Saved.")
    return back_to_record(request, reverse("opportunities:detail", args=[opportunity.pk]))
