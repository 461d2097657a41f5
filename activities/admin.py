from django.contrib import admin

from activities.models import Activity
from crm.web.admin import ReadOnlyAdmin


@admin.register(Activity)
class ActivityAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "by", "lead", "account", "contact", "opportunity", "minutes", "__str__")
    list_filter = ("kind", "by")
    list_select_related = ("by", "lead", "account", "contact", "opportunity")
    search_fields = ("body",)
    date_hierarchy = "at"
