from django.contrib import admin
from unfold.admin import ModelAdmin

from crm.web.admin import ReadOnlyAdmin
from nurture.models import MailPreference, Topic


@admin.register(Topic)
class TopicAdmin(ModelAdmin):
    list_display = ("name", "description", "position", "active")
    search_fields = ("name",)
    fields = (("name", "position", "active"), "description")


@admin.register(MailPreference)
class MailPreferenceAdmin(ReadOnlyAdmin):
    """What people chose themselves."""

    list_display = ("email_key", "pace", "paused_until", "changed_at")
    list_filter = ("pace", "left_topics")
    search_fields = ("email_key",)
