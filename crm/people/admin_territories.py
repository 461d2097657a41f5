"""Territories: what they take in, who owns them over time, and which one an address is in."""

from datetime import date
from itertools import pairwise
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextInputWidget

from crm.people.models import Company, Territory, TerritoryMatch, TerritoryOwner
from crm.people.public_holidays import knows_country
from crm.people.territories import ANY, Place, split, territory_of
from crm.people.territory_lookup import definitions, gaps, owners_of
from crm.web.admin import PartInline, StackedPartInline


class TerritoryMatchForm(forms.ModelForm):
    class Meta:
        model = TerritoryMatch
        exclude = ("territory",)  # noqa: DJ006 - all the rest, one way to match

    def clean_countries(self) -> str:
        countries = [country.upper() for country in split(self.cleaned_data["countries"])]
        unknown = [country for country in countries if country != ANY and not knows_country(country)]
        if unknown:
            raise forms.ValidationError(f"Not a country's code of two letters: {', '.join(unknown)}. Example: US, CA.")
        return ", ".join(countries)


class TerritoryMatchInline(StackedPartInline):
    model = TerritoryMatch
    form = TerritoryMatchForm
    fields = (
        ("countries", "regions"),
        ("postcode_from", "postcode_to"),
        ("industries", "employees_from", "employees_to"),
    )
    verbose_name = "match"
    verbose_name_plural = "what belongs to it: an address that fits one of these"


class OwnershipFormSet(BaseInlineFormSet):
    """One rep owns a territory once at a time."""

    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data.get("user") and not form.cleaned_data.get("DELETE")]
        rows = sorted(kept, key=lambda form: (form.cleaned_data["user"].pk, form.cleaned_data.get("since") or date.max))
        for before, after in pairwise(rows):
            one, other = before.cleaned_data, after.cleaned_data
            if one["user"] != other["user"] or not (one.get("since") and other.get("since")):
                continue
            if one.get("until") is None or one["until"] > other["since"]:
                after.add_error("since", f"{one['user']} owns it from {one['since']} until then already.")


class TerritoryOwnerInline(PartInline):
    model = TerritoryOwner
    formset = OwnershipFormSet
    autocomplete_fields = ("user",)
    fields = ("user", "since", "until")
    verbose_name_plural = "owners over time"


class AddressForm(forms.Form):
    """An address to try the territories with."""

    country = forms.CharField(max_length=2, required=False, widget=UnfoldAdminTextInputWidget)
    region = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    postcode = forms.CharField(max_length=20, required=False, widget=UnfoldAdminTextInputWidget)
    industry = forms.CharField(max_length=100, required=False, widget=UnfoldAdminTextInputWidget)
    employees = forms.IntegerField(min_value=0, required=False, widget=UnfoldAdminIntegerFieldWidget)

    @property
    def place(self) -> Place:
        return Place(**self.cleaned_data)


@admin.register(Territory)
class TerritoryAdmin(ModelAdmin):
    """In the order in which they are looked at: an address is in the first one that fits."""

    list_display = ("name", "takes_in", "owners_today", "active")
    ordering_field = "position"
    hide_ordering_field = True
    search_fields = ("name",)
    list_filter = ("active",)
    fields = ("name", "active")
    inlines = [TerritoryMatchInline, TerritoryOwnerInline]
    actions_list = ["try_address"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("matches", "owners__user")

    @admin.display(description="Takes in")
    def takes_in(self, territory: Territory) -> str:
        return " · ".join(str(match) for match in territory.matches.all()) or "no address yet"

    @admin.display(description="Owners today")
    def owners_today(self, territory: Territory) -> str:
        today = _today()
        owned = [row for row in territory.owners.all() if row.since <= today and (not row.until or row.until > today)]
        return ", ".join(str(row.user) for row in owned) or "nobody"

    @action(description="Which territory is an address in?", url_path="try-address", icon="travel_explore")
    def try_address(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:people_territory_try")

    def get_urls(self) -> list[URLPattern]:
        page = path("try/", self.admin_site.admin_view(self.try_page), name="people_territory_try")
        return [page, *super().get_urls()]

    def try_page(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            return redirect("admin:index")
        form = AddressForm(request.GET or None)
        found = territory_of(definitions(), form.place) if form.is_valid() else None
        hit = found.territory if found else None
        context = self.admin_site.each_context(request) | {
            "title": "Which territory is an address in?",
            "form": form,
            "found": found,
            "owners": owners_of(hit.pk, _today()) if hit else [],
            "any_territory": bool(definitions()),
        }
        return TemplateResponse(request, "admin/people/territory/try.html", context)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        for first, last in gaps(form.instance, today=_today()):
            until = f"until {last:%d %b %Y}" if last else "from then on"
            messages.warning(request, f"Nobody owns {form.instance} on {first:%d %b %Y} and {until}: routing skips it.")


def _today() -> date:
    return timezone.now().astimezone(Company.current().zone).date()
