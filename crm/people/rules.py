import rules

from crm.people.roles import is_administrator, is_marketing_manager

for _model in ("user", "team", "territoryowner", "quota", "company"):
    for _action in ("add", "change", "delete", "view"):
        rules.add_perm(f"people.{_action}_{_model}", is_administrator)
for _model in ("user", "team"):
    rules.set_perm(f"people.view_{_model}", is_administrator | is_marketing_manager)
rules.set_perm("people.change_company", is_administrator | is_marketing_manager)
rules.set_perm("people.view_company", is_administrator | is_marketing_manager)
for _model in ("exchangerate", "territory", "freeday"):
    for _action in ("add", "change", "delete", "view"):
        rules.add_perm(f"people.{_action}_{_model}", is_administrator | is_marketing_manager)
rules.add_perm("people", is_administrator | is_marketing_manager)
rules.add_perm("outbox.view_storedemail", is_administrator | is_marketing_manager)
rules.add_perm("outbox", is_administrator | is_marketing_manager)
