"""Working hours, absences and free days, as parts of the pages of whom they belong to."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.forms import Field
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from crm.people.models import Absence, Company, FreeDay, WorkingHours
from crm.people.public_holidays import knows_country, regions_of
from crm.web.admin import PartInline
from crm.web.weekdays import WEEKDAYS


class HolidayPlaceForm(forms.ModelForm):
    """Country and region as the calendar of public holidays knows them."""

    def clean_country(self) -> str:
        country = str(self.cleaned_data["country"]).upper()
        if country and not knows_country(country):
            raise forms.ValidationError("Use the country's code of two letters. Example: US.")
        return country

    def clean_region(self) -> str:
        region = str(self.cleaned_data["region"]).strip()
        if not region:
            return ""
        country = self.cleaned_data.get("country") or Company.current().country
        known = sorted(regions_of(country))
        if region not in known:
            of_country = f" {country} has {', '.join(known)}." if known else f" {country} has none."
            raise forms.ValidationError(f"There is no such region.{of_country}")
        return region


class WorkingHoursForm(forms.ModelForm):
    weekdays = forms.TypedMultipleChoiceField(
        coerce=int, choices=WEEKDAYS, widget=UnfoldAdminCheckboxSelectMultipleWidget, initial=[0, 1, 2, 3, 4]
    )

    class Meta:
        model = WorkingHours
        fields = ("weekdays", "opens", "closes")


class WorkingHoursInline(PartInline):
    model = WorkingHours
    form = WorkingHoursForm
    fields = ("weekdays", "opens", "closes")
    tab = True
    verbose_name = "shift"
    verbose_name_plural = "working hours"


class AbsenceInline(PartInline):
    model = Absence
    fields = ("first_day", "last_day", "note")
    tab = True


class FreeDayInline(PartInline):
    model = FreeDay
    fields = ("day", "name")
    tab = True


@admin.register(FreeDay)
class FreeDayAdmin(ModelAdmin):
    list_display = ("name", "day", "show_team")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name",)
    date_hierarchy = "day"

    @admin.display(description="For", ordering="team")
    def show_team(self, free_day: FreeDay) -> str:
        return str(free_day.team or "the whole company")


class ManagersOnly:
    """A team's manager must be somebody who sees its leads."""

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> Field | None:
        if db_field.name == "manager":
            managers: Any = db_field.remote_field.model._default_manager
            kwargs["queryset"] = managers.filter(is_active=True).exclude(role="rep")
        found: Field | None = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]
        return found
