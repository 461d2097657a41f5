from django.contrib import admin
from unfold.admin import ModelAdmin

from crm.campaigns.models import Campaign, Source


@admin.register(Source)
class SourceAdmin(ModelAdmin):
    list_display = ("name", "key", "kind")
    list_filter = ("kind",)
    search_fields = ("name", "key")


@admin.register(Campaign)
class CampaignAdmin(ModelAdmin):
    list_display = ("name", "source", "starts_on", "ends_on", "cost", "currency", "active")
    list_filter = ("active", "source")
    list_select_related = ("source",)
    search_fields = ("name", "key")
    prepopulated_fields = {"key": ("name",)}
    autocomplete_fields = ("source",)
    date_hierarchy = "starts_on"
