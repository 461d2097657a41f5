import django_tables2 as tables

from crm.outbox.models import StoredEmail

WIDE = {"class": "d-none d-md-table-cell"}


class StoredEmailTable(tables.Table):
    subject = tables.TemplateColumn(
        '<a class="row-link" href="{% url "outbox:detail" record.pk %}">{{ record.subject|default:"(no subject)" }}</a>'
        '<span class="cell-sub d-md-none">{{ record.recipients }}</span>'
    )
    recipients = tables.Column(verbose_name="To", attrs={"th": WIDE, "td": WIDE})
    sent_at = tables.TemplateColumn("{% load ui %}{% relative_time record.sent_at %}", verbose_name="Sent")

    class Meta:
        model = StoredEmail
        fields = ("subject", "recipients", "sent_at")
        order_by = "-sent_at"
        empty_text = "No mail yet. What sequences and forms send shows up here."
