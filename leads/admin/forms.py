from django.contrib import admin
from unfold.admin import ModelAdmin

from crm.web.admin import PartInline
from leads.models import FormQuestion, InquiryForm


class FormQuestionInline(PartInline):
    model = FormQuestion
    ordering_field = "position"
    autocomplete_fields = ("question",)
    fields = ("question", "required", "position")
    verbose_name_plural = "questions"


@admin.register(InquiryForm)
class InquiryFormAdmin(ModelAdmin):
    list_display = ("name", "slug", "source", "campaign", "active")
    list_filter = ("active", "source")
    list_select_related = ("source", "campaign")
    search_fields = ("name", "title", "slug")
    prepopulated_fields = {"slug": ("name",)}
    autocomplete_fields = ("source", "campaign")
    inlines = [FormQuestionInline]
