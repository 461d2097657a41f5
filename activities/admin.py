from django.contrib import admin

from activities.models import Note
from crm.web.admin import ReadOnlyAdmin


@admin.register(Note)
class NoteAdmin(ReadOnlyAdmin):
    list_display = ("at", "by", "lead", "account", "opportunity", "__str__")
    list_filter = ("by",)
    list_select_related = ("by", "lead", "account", "opportunity")
    search_fields = ("body",)
    date_hierarchy = "at"
