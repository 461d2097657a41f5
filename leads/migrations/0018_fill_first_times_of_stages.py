from django.db import migrations
from django.db.models import Min, OuterRef, Subquery


def fill_from_history(apps, schema_editor):
    StageChange, Lead = apps.get_model("leads", "StageChange"), apps.get_model("leads", "Lead")
    for stage in ("mql", "sal", "sql"):
        changes = StageChange.objects.filter(lead=OuterRef("pk"), to_stage=stage).order_by().values("lead")
        reached = StageChange.objects.filter(to_stage=stage).order_by().values("lead")
        first = Subquery(changes.annotate(first=Min("at")).values("first"))
        Lead.objects.filter(pk__in=reached).update(**{f"{stage}_at": first})


class Migration(migrations.Migration):
    dependencies = [
        ("leads", "0017_first_times_of_stages_and_experiments"),
    ]

    operations = [
        migrations.RunPython(fill_from_history, migrations.RunPython.noop, elidable=True),
    ]
