import rules

from crm.people.roles import is_administrator, is_marketing_manager

for _action in ("add", "change", "delete", "view"):
    rules.add_perm(f"fields.{_action}_customfield", is_administrator | is_marketing_manager)
rules.add_perm("fields", is_administrator | is_marketing_manager)
