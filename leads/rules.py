import rules

from crm.people.roles import is_administrator, is_manager, is_marketing_manager, is_sales_manager, is_seller, sees

rules.add_perm("leads.view_lead", sees)
rules.add_perm("leads.change_lead", is_seller & sees)
rules.add_perm("leads.convert_lead", is_seller & sees)
rules.add_perm("leads.assign_lead", is_sales_manager | is_administrator)
rules.add_perm("leads.override_readiness", is_sales_manager | is_administrator)
rules.add_perm("leads.export_lead", is_manager | is_seller)

# What marketing sets up in the admin, and what it looks at there.
_may_set_up = is_marketing_manager | is_administrator
for _model in ("question", "inquiryform", "policy", "routingrule", "reason", "namedpage"):
    for _action in ("add", "change", "delete", "view"):
        rules.add_perm(f"leads.{_action}_{_model}", _may_set_up)
for _model in ("inquiry", "answer", "decision", "conversion"):
    rules.add_perm(f"leads.view_{_model}", is_manager)
rules.add_perm("leads.view_caughtsubmission", _may_set_up)
rules.add_perm("leads.edit_lead_in_admin", _may_set_up)
rules.add_perm("leads", is_manager)
