from django.contrib import admin
from unfold.admin import ModelAdmin

from crm.web.admin import PartInline
from leads.models import Reason, RoutingMember, RoutingRule


class RoutingMemberInline(PartInline):
    model = RoutingMember
    ordering_field = "position"
    autocomplete_fields = ("user",)
    fields = ("user", "position")
    verbose_name_plural = "members, who take turns"


@admin.register(RoutingRule)
class RoutingRuleAdmin(ModelAdmin):
    list_display = ("name", "position", "team", "accept_within_minutes", "turn", "active")
    list_filter = ("active",)
    list_select_related = ("team",)
    readonly_fields = ("turn",)
    inlines = [RoutingMemberInline]


@admin.register(Reason)
class ReasonAdmin(ModelAdmin):
    list_display = ("name", "purpose", "active")
    list_filter = ("purpose", "active")
    search_fields = ("name",)
