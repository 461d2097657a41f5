from typing import Any

from django.db import migrations

from crm.web.searching import fill_search_text


def fill(apps: Any, schema_editor: Any) -> None:
    fill_search_text(apps.get_model("contacts", "Contact"), ("first_name", "last_name", "job_title", "email", "phone"))


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_addresses_employments_and_merges")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
