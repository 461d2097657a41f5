from typing import Any

from django.db import migrations

from crm.web.searching import fill_search_text, rewrite_all


def fill(apps: Any, schema_editor: Any) -> None:
    fill_search_text(apps.get_model("accounts", "Account"), ("name", "domain", "city"))


def turn_names_round(apps: Any, schema_editor: Any) -> None:
    def turn(account: Any) -> None:
        account.name_key_backwards = account.name_key[::-1]

    account = apps.get_model("accounts", "Account")
    rewrite_all(account, turn, reads=["name_key"], writes=["name_key_backwards"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_family_addresses_and_merges")]
    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(turn_names_round, migrations.RunPython.noop, elidable=True),
    ]
