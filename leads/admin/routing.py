from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from crm.people.requests import user_of
from crm.web.admin import PartInline
from leads.admin.routing_forms import RoutingConditionForm, WhoForm
from leads.models import Lead, RoutingCondition, RoutingMember, RoutingRule
from leads.routing.numbers import with_numbers
from leads.routing.pools import active_rules
from leads.routing.subject import Subject
from leads.routing.walk import walk

RECENTLY = timedelta(days=30)


class RoutingConditionInline(PartInline):
    model = RoutingCondition
    form = RoutingConditionForm
    fields = ("what", "operator", "values")
    verbose_name = "condition"
    verbose_name_plural = "for which leads: all of these must hold (none: every lead)"


class RoutingMemberInline(PartInline):
    model = RoutingMember
    ordering_field = "position"
    hide_ordering_field = True
    autocomplete_fields = ("user",)
    fields = ("user", "position")
    verbose_name_plural = "members, if it goes to them"


@admin.register(RoutingRule)
class RoutingRuleAdmin(ModelAdmin):
    """In the order in which they are tried: drag them. The first that fits a lead, and finds somebody, has it."""

    list_display = ("name", "show_conditions", "show_target", "show_clock", "show_routed", "show_in_time", "active")
    ordering_field = "position"
    hide_ordering_field = True
    list_filter = ("active", "target", "team")
    search_fields = ("name",)
    autocomplete_fields = ("rep", "team", "territory")
    radio_fields = {"method": admin.VERTICAL, "outside_hours": admin.VERTICAL}
    fieldsets = (
        (None, {"fields": (("name", "active"),)}),
        ("Who gets them", {"fields": ("target", ("rep", "team"), "territory", "method", "outside_hours")}),
        (
            "How soon",
            {"fields": (("accept_within_minutes", "reassign_after_minutes"), "escalates")},
        ),
    )
    inlines = [RoutingConditionInline, RoutingMemberInline]
    actions_list = ["who_action"]

    def get_queryset(self, request: HttpRequest) -> Any:
        now = timezone.now()
        rules = super().get_queryset(request).select_related("rep", "team", "territory")
        return with_numbers(rules.prefetch_related("conditions__question", "pool"), since=now - RECENTLY, now=now)

    @display(description="For")
    def show_conditions(self, rule: RoutingRule) -> str:
        return "; ".join(str(condition) for condition in rule.conditions.all()) or "every lead"

    @display(description="Goes to")
    def show_target(self, rule: RoutingRule) -> str:
        return rule.goes_to

    @display(description="Accept within")
    def show_clock(self, rule: RoutingRule) -> str:
        return rule.clock_in_words

    @display(description="Routed in 30 days")
    def show_routed(self, rule: Any) -> int:
        return int(rule.routed)

    @display(description="Accepted in time")
    def show_in_time(self, rule: Any) -> str:
        return f"{round(100 * rule.in_time / rule.due)} % of {rule.due}" if rule.due else ""

    @action(description="Who would get this lead?", url_path="who-action", icon="person_search")
    def who_action(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:leads_routingrule_who")

    def get_urls(self) -> list[URLPattern]:
        page = path("who/", self.admin_site.admin_view(self.who), name="leads_routingrule_who")
        return [page, *super().get_urls()]

    def who(self, request: HttpRequest) -> HttpResponse:
        """Looks only: no turn is used up."""
        if not self.has_view_permission(request):
            return redirect("admin:index")
        leads = Lead.objects.live().visible_to(user_of(request))
        form = WhoForm(request.GET or None, leads=leads, chosen=request.GET.get("lead", ""))
        walked = None
        if form.is_valid():
            chosen = form.cleaned_data["lead"]
            subject = Subject(chosen or form.typed, now=timezone.now(), form=None if chosen else form.slug)
            walked = walk(active_rules(), subject, take=False)
        context = self.admin_site.each_context(request) | {
            "title": "Who would get this lead?",
            "form": form,
            "walked": walked,
            "any_rule": bool(active_rules()),
        }
        return TemplateResponse(request, "admin/leads/routingrule/who.html", context)
