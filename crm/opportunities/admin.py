from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin

from crm.opportunities.admin_forms import ExchangeRateForm, StageDemandForm
from crm.opportunities.models import (
    CloseReason,
    Competitor,
    Opportunity,
    OpportunityContact,
    OpportunityOwnerChange,
    OpportunityStageChange,
    Pipeline,
    PipelineStage,
    StageDemand,
)
from crm.opportunities.valuing import set_exchange_rate
from crm.people.admin_owners import OwnerChanges
from crm.people.exchange import ExchangeRate
from crm.web.admin import PartInline, ReadOnlyAdmin, ReadOnlyInline


class PipelineStageInline(PartInline):
    model = PipelineStage
    fields = ("position", "name", "probability", "forecast_category", "status", "asks_for")
    readonly_fields = ("asks_for",)
    show_change_link = True
    ordering = ("position",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PipelineStage]:
        return super().get_queryset(request).prefetch_related("demands__custom_field")

    @admin.display(description="Asks for (change on the stage's page)")
    def asks_for(self, stage: PipelineStage) -> str:
        return ", ".join(str(demand) for demand in stage.demands.all()) if stage.pk else ""


@admin.register(Pipeline)
class PipelineAdmin(ModelAdmin):
    list_display = ("name", "is_default")
    search_fields = ("name",)
    inlines = [PipelineStageInline]

    def has_delete_permission(self, request: HttpRequest, obj: Pipeline | None = None) -> bool:
        used = obj is not None and obj.opportunities.exists()
        return not used and super().has_delete_permission(request, obj)


class StageDemandInline(PartInline):
    model = StageDemand
    form = StageDemandForm
    fields = ("what",)
    verbose_name_plural = "what has to be known before an opportunity enters this stage, or a later one"


@admin.register(PipelineStage)
class PipelineStageAdmin(ModelAdmin):
    """What a stage asks for; the stages themselves are on their pipeline's page."""

    list_display = ("name", "pipeline", "probability", "forecast_category", "status")
    list_filter = ("pipeline",)
    list_select_related = ("pipeline",)
    search_fields = ("name", "pipeline__name")
    fields = ("pipeline", "name", "probability", "forecast_category", "status")
    readonly_fields = ("pipeline", "status")
    inlines = [StageDemandInline]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PipelineStage | None = None) -> bool:
        return False


class RoleInline(ReadOnlyInline):
    model = OpportunityContact
    fields = ("contact", "role")


class StageChangeInline(ReadOnlyInline):
    model = OpportunityStageChange
    verbose_name_plural = "stage history"
    fields = ("at", "from_stage", "to_stage", "by", "reason")


class OwnerChangeInline(OwnerChanges):
    model = OpportunityOwnerChange


@admin.register(Opportunity)
class OpportunityAdmin(ReadOnlyAdmin):
    """Opportunities are worked on in their own pages, where every move is recorded."""

    list_display = ("name", "account", "stage", "amount", "currency", "close_date", "path", "owner")
    list_filter = ("status", "stage", "path", "source", "campaign", "owner")
    list_select_related = ("account", "stage", "owner")
    search_fields = ("name", "account__name")
    date_hierarchy = "created_at"
    inlines = [RoleInline, StageChangeInline, OwnerChangeInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opportunity]:
        return super().get_queryset(request).visible_to(request.user)


@admin.register(Competitor)
class CompetitorAdmin(ModelAdmin):
    """With what became of the opportunities in which they were."""

    list_display = ("name", "met", "won", "lost", "lost_to", "active")
    list_filter = ("active",)
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Competitor]:
        counts = {
            "met_count": Count("opportunities", distinct=True),
            "won_count": Count("opportunities", Q(opportunities__status="won"), distinct=True),
            "lost_count": Count("opportunities", Q(opportunities__status="lost"), distinct=True),
            "lost_to_count": Count("won_against_us", distinct=True),
        }
        return super().get_queryset(request).annotate(**counts)

    @admin.display(description="Opportunities", ordering="met_count")
    def met(self, competitor: Any) -> str:
        url = f"{reverse('opportunities:list')}?competitor={competitor.pk}"
        return format_html('<a href="{}">{}</a>', url, competitor.met_count)

    @admin.display(description="We won", ordering="won_count")
    def won(self, competitor: Any) -> int:
        return int(competitor.won_count)

    @admin.display(description="We lost", ordering="lost_count")
    def lost(self, competitor: Any) -> int:
        return int(competitor.lost_count)

    @admin.display(description="Lost to them", ordering="lost_to_count")
    def lost_to(self, competitor: Any) -> int:
        return int(competitor.lost_to_count)

    def has_delete_permission(self, request: HttpRequest, obj: Competitor | None = None) -> bool:
        """One that was met is set inactive instead."""
        met = obj is not None and obj.competition.exists()
        return not met and super().has_delete_permission(request, obj)


@admin.register(CloseReason)
class CloseReasonAdmin(ModelAdmin):
    list_display = ("name", "status", "used", "active")
    list_filter = ("status", "active")
    search_fields = ("name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CloseReason]:
        return super().get_queryset(request).annotate(used_count=Count("opportunities"))

    @admin.display(description="Opportunities", ordering="used_count")
    def used(self, reason: Any) -> int:
        return int(reason.used_count)

    def has_delete_permission(self, request: HttpRequest, obj: CloseReason | None = None) -> bool:
        """One that was given is set inactive instead."""
        used = obj is not None and obj.opportunities.exists()
        return not used and super().has_delete_permission(request, obj)


@admin.register(ExchangeRate)
class ExchangeRateAdmin(ModelAdmin):
    """Saving one says at once what opportunities in that currency are worth."""

    form = ExchangeRateForm
    list_display = ("currency", "rate", "into", "on")
    list_filter = ("currency",)
    search_fields = ("currency",)
    date_hierarchy = "on"

    def get_readonly_fields(self, request: HttpRequest, obj: ExchangeRate | None = None) -> tuple[str, ...]:
        return ("currency", "on") if obj else ()

    def save_model(self, request: HttpRequest, obj: ExchangeRate, form: Any, change: bool) -> None:
        kept = set_exchange_rate(currency=obj.currency, on=obj.on, rate=obj.rate)
        obj.pk, obj.into = kept.pk, kept.into
