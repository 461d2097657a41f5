import rules

from crm.people.roles import is_administrator, is_manager, is_marketing_manager

for _model in ("source", "campaign"):
    for _action in ("add", "change", "delete"):
        rules.add_perm(f"campaigns.{_action}_{_model}", is_administrator | is_marketing_manager)
    rules.add_perm(f"campaigns.view_{_model}", is_manager)
rules.add_perm("campaigns", is_administrator | is_marketing_manager)
