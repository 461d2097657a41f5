from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from crm.opportunities.models import Opportunity, OpportunityContact, OpportunityStageChange, Pipeline, PipelineStage
from crm.web.admin import PartInline, ReadOnlyAdmin, ReadOnlyInline


class PipelineStageInline(PartInline):
    model = PipelineStage
    fields = ("position", "name", "probability", "status")


@admin.register(Pipeline)
class PipelineAdmin(ModelAdmin):
    list_display = ("name", "is_default")
    inlines = [PipelineStageInline]


class RoleInline(ReadOnlyInline):
    model = OpportunityContact
    fields = ("contact", "role")


class StageChangeInline(ReadOnlyInline):
    model = OpportunityStageChange
    verbose_name_plural = "stage history"
    fields = ("at", "from_stage", "to_stage", "by", "reason")


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    """Opportunities are worked on in their own pages, where every move is recorded."""

    list_display = ("name", "account", "stage", "amount", "currency", "close_date", "path", "owner")
    list_filter = ("status", "stage", "path", "source", "campaign", "owner")
    list_select_related = ("account", "stage", "owner")
    search_fields = ("name", "account__name")
    date_hierarchy = "created_at"
    inlines = [RoleInline, StageChangeInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opportunity]:
        return super().get_queryset(request).visible_to(request.user)
