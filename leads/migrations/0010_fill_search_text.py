from typing import Any

from django.db import migrations

from crm.web.searching import fill_search_text


def fill(apps: Any, schema_editor: Any) -> None:
    fill_search_text(apps.get_model("leads", "Lead"), ("first_name", "last_name", "company", "email", "phone", "city"))


class Migration(migrations.Migration):
    dependencies = [("leads", "0009_search_text")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
