import django_tables2 as tables

from reports.models import BackTest, Flip


class BackTestTable(tables.Table):
    policy = tables.Column(linkify=("reports:back_test", {"pk": tables.A("pk")}), attrs={"a": {"class": "row-link"}})
    compared_with = tables.Column(verbose_name="Against", default="")
    state = tables.TemplateColumn(template_name="reports/back_tests/state.html")
    total = tables.Column(verbose_name="Leads", attrs={"td": {"class": "number"}, "th": {"class": "number"}})
    requested_by = tables.TemplateColumn("{% load ui %}{% person record.requested_by '' %}", verbose_name="By")
    requested_at = tables.TemplateColumn("{% load ui %}{% relative_time record.requested_at %}", verbose_name="When")

    class Meta:
        model = BackTest
        fields: tuple[str, ...] = ()
        sequence = ("policy", "compared_with", "state", "total", "requested_by", "requested_at")
        caption = "Back-tests"
        order_by = "-requested_at"


class FlipTable(tables.Table):
    lead = tables.TemplateColumn(
        template_name="reports/back_tests/flip_lead.html", order_by=("lead__last_name", "lead__first_name")
    )
    won = tables.TemplateColumn("{% if record.won %}Won{% else %}Not won{% endif %}", verbose_name="Became")
    stage = tables.TemplateColumn("{% load ui %}{% stage_badge record.lead %}", order_by="lead__stage")
    path = tables.TemplateColumn("{% load ui %}{% path_badge record.lead %}", order_by="lead__path")
    first_inquiry_at = tables.TemplateColumn(
        "{% load ui %}{% relative_time record.lead.first_inquiry_at %}",
        order_by="lead__first_inquiry_at",
        verbose_name="First inquiry",
    )

    class Meta:
        model = Flip
        fields: tuple[str, ...] = ()
        sequence = ("lead", "won", "stage", "path", "first_inquiry_at")
        caption = "Leads"
