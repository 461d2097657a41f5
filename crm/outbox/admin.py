from django.contrib import admin

from crm.outbox.models import StoredEmail
from crm.web.admin import ReadOnlyAdmin


@admin.register(StoredEmail)
class StoredEmailAdmin(ReadOnlyAdmin):
    """Read here as text; the page /outbox/ shows mails as people get them."""

    list_display = ("subject", "recipients", "sent_at")
    search_fields = ("subject", "recipients")
    date_hierarchy = "sent_at"
    fields = ("sent_at", "sender", "recipients", "subject", "text", "message_id")
