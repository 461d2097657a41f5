import rules

from crm.people.roles import is_administrator, is_manager, is_marketing_manager

_may_set_up = is_marketing_manager | is_administrator

for _action in ("add", "change", "delete", "view"):
    rules.add_perm(f"nurture.{_action}_sequence", _may_set_up)
for _action in ("add", "delete", "view"):
    rules.add_perm(f"nurture.{_action}_suppression", _may_set_up)
for _model in ("enrollment", "touch", "calltask"):
    rules.add_perm(f"nurture.view_{_model}", is_manager)
rules.add_perm("nurture", is_manager)
