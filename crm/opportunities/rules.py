import rules

from crm.people.roles import is_administrator, is_manager, is_marketing_manager, is_sales_manager, is_seller, sees

rules.add_perm("opportunities.view_opportunity", sees)
rules.add_perm("opportunities.change_opportunity", is_seller & sees)
for _model in ("pipeline", "pipelinestage", "competitor", "closereason"):
    rules.add_perm(f"opportunities.view_{_model}", is_manager)
    for _action in ("add", "change", "delete"):
        rules.add_perm(f"opportunities.{_action}_{_model}", is_administrator | is_marketing_manager)
rules.add_perm("opportunities", is_manager)
rules.add_perm("opportunities.assign_opportunity", is_sales_manager | is_administrator)
