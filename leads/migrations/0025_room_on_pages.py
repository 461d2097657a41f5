from django.db import migrations

# A lead is changed a few times in its life. Where its page has room, a change that concerns no index leaves the
# twenty indexes alone.
ROOM = "ALTER TABLE leads_lead SET (fillfactor = 80)"
NONE = "ALTER TABLE leads_lead RESET (fillfactor)"


def _run(sql):
    def change(apps, editor):
        if editor.connection.vendor == "postgresql":
            editor.execute(sql)

    return change


class Migration(migrations.Migration):
    dependencies = [("leads", "0024_what_forms_and_routing_read_is_watched")]

    operations = [migrations.RunPython(_run(ROOM), _run(NONE))]
