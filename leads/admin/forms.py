from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from crm.web.admin import ReadOnlyAdmin
from leads.admin import form_preview
from leads.admin.form_parts import (
    QUALIFIED,
    FormCustomFieldInline,
    FormQuestionInline,
    FormStepInline,
    InquiryFormForm,
    numbers_of,
)
from leads.form_pages import definition_of
from leads.forms.inquiry import InquiryFields
from leads.models import CaughtSubmission, Inquiry, InquiryForm
from leads.services.capture import NotReleased, release
from leads.walking import way_of


@admin.register(InquiryForm)
class InquiryFormAdmin(ModelAdmin):
    form = InquiryFormForm
    list_display = ("name", "address", "source", "campaign", "submissions", "qualified", "active")
    list_filter = ("active", "source")
    list_select_related = ("source", "campaign")
    search_fields = ("name", "title", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("source", "campaign")
    inlines = [FormStepInline, FormQuestionInline, FormCustomFieldInline]
    readonly_fields = ("preview", "embed_code", "numbers", "consent_versions")
    fieldsets = (
        ("Form", {"fields": (("name", "slug"), "title", "intro", ("source", "campaign"), ("submit_label", "active"))}),
        (
            "Contact and consent",
            {
                "classes": ["tab"],
                "fields": (
                    "person_fields",
                    "person_required",
                    "consent_text",
                    "consent_versions",
                    "double_opt_in",
                ),
            },
        ),
        ("Thanks", {"classes": ["tab"], "fields": ("thanks_text", "qualified_text")}),
        ("On your site", {"classes": ["tab"], "fields": ("allowed_sites", "embed_code")}),
        ("Robots", {"classes": ["tab"], "fields": ("proof_of_work",)}),
        ("Numbers", {"classes": ["tab"], "fields": ("numbers",)}),
        ("As prospects see it", {"fields": ("preview",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[InquiryForm]:
        by_form = Inquiry.objects.filter(form=OuterRef("pk")).order_by().values("form")
        counts = {
            "sent": by_form.annotate(n=Count("pk")).values("n"),
            "met": by_form.annotate(n=Count("lead", distinct=True, filter=Q(lead__path__in=QUALIFIED))).values("n"),
        }
        numbers = {name: Coalesce(Subquery(query), 0) for name, query in counts.items()}
        return super().get_queryset(request).annotate(**numbers)

    def get_urls(self) -> list[URLPattern]:
        show = self.admin_site.admin_view(self._preview)
        return [
            path("preview/", show, name="leads_inquiryform_preview"),
            path("<int:pk>/preview/", show, name="leads_inquiryform_preview_of"),
            *super().get_urls(),
        ]

    def _preview(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        if request.method != "POST" or not self.has_change_permission(request):
            raise PermissionDenied
        return form_preview.preview(request, lambda: self.changeform_view(request, str(pk) if pk else None))

    @display(description="Address")
    def address(self, obj: InquiryForm) -> str:
        return obj.get_absolute_url()

    @display(description="Submissions", ordering="sent")
    def submissions(self, obj: Any) -> int:
        return obj.sent

    @display(description="Leads qualified", ordering="met")
    def qualified(self, obj: Any) -> int:
        return obj.met

    @display(description="Preview")
    def preview(self, obj: InquiryForm | None) -> str:
        return render_to_string("admin/leads/form_preview_frame.html", {"form": obj})

    @display(description="To copy")
    def embed_code(self, obj: InquiryForm | None) -> str:
        return render_to_string("admin/leads/form_embed.html", {"form": obj, "base": settings.BASE_URL})

    @display(description="So far")
    def numbers(self, obj: InquiryForm | None) -> str:
        rows = numbers_of(obj) if obj and obj.pk else []
        return render_to_string("admin/leads/form_numbers.html", {"rows": rows})

    @display(description="Agreed to so far")
    def consent_versions(self, obj: InquiryForm | None) -> str:
        versions = obj.consent_versions.annotate(times=Count("inquiries")) if obj and obj.pk else []
        return render_to_string("admin/leads/consent_versions.html", {"versions": versions})


@admin.register(CaughtSubmission)
class CaughtSubmissionAdmin(ReadOnlyAdmin):
    """What was taken for a robot's. Who finds a person among them takes them in."""

    list_display = ("caught_at", "form", "why", "said", "ip", "inquiry")
    list_filter = ("form", "why")
    list_select_related = ("form", "inquiry")
    date_hierarchy = "caught_at"
    actions = ["take_in"]

    @display(description="Said")
    def said(self, obj: CaughtSubmission) -> str:
        return " · ".join(str(value) for value in obj.payload.values())[:120]

    @action(description="It was a person: take it in", permissions=["take_in"])
    def take_in(self, request: HttpRequest, queryset: QuerySet[CaughtSubmission]) -> None:
        for caught in queryset.select_related("form"):
            fields = _as_sent(caught)
            try:
                release(caught=caught, fields=fields, way=way_of(fields, {}), now=timezone.now())
                messages.success(request, f"{caught}: taken in.")
            except NotReleased as refused:
                messages.error(request, f"{caught}: {refused}")

    def has_take_in_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("leads.change_inquiryform")


def _as_sent(caught: CaughtSubmission) -> InquiryFields:
    sent: MultiValueDict[str, str] = MultiValueDict()
    for name, value in caught.payload.items():
        items = value if isinstance(value, list) else [value]
        sent.setlist(name, ["on" if item is True else str(item) for item in items])
    return InquiryFields(sent, definition=definition_of(caught.form))
