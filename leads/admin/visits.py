from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template.loader import render_to_string
from unfold.admin import ModelAdmin
from unfold.decorators import display

from leads.models import NamedPage


@admin.register(NamedPage)
class NamedPageAdmin(ModelAdmin):
    """Pages of the company's own site whose visits policies may count."""

    list_display = ("name", "key", "active")
    list_filter = ("active",)
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    fields = ("name", "key", "active", "script")

    def get_readonly_fields(self, request: HttpRequest, obj: NamedPage | None = None) -> tuple[str, ...]:
        return ("key", "script") if obj else ("script",)

    def get_prepopulated_fields(self, request: HttpRequest, obj: NamedPage | None = None) -> dict[str, tuple[str, ...]]:
        return {} if obj else {"key": ("name",)}

    @display(description="To put into the page")
    def script(self, obj: NamedPage | None) -> str:
        return render_to_string("admin/leads/visit_script.html", {"page": obj, "base": settings.BASE_URL})
