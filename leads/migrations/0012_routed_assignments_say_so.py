from django.db import migrations


def mark(apps, schema_editor):
    """What a rule assigned before assignments had a kind."""
    apps.get_model("leads", "Assignment").objects.filter(rule__isnull=False).update(kind="routed")


class Migration(migrations.Migration):

    dependencies = [
        ("leads", "0011_routing_rules_and_clocks"),
    ]

    operations = [migrations.RunPython(mark, migrations.RunPython.noop)]
