import rules

from crm.people.roles import is_administrator, is_manager, is_marketing_manager, is_seller, sees

# The records of a lead's own nurture are seen with the lead.
rules.add_perm("nurture.view_calltask", sees)
rules.add_perm("nurture.make_call", is_seller & sees)
rules.add_perm("nurture.stop_enrollment", is_seller | is_marketing_manager)

# What marketing sets up in the admin, and what it looks at there.
_may_set_up = is_marketing_manager | is_administrator
for _model in (
    "sequence",
    "enrollmentcondition",
    "step",
    "variant",
    "suppression",
    "sendinglimits",
    "mailbox",
    "topic",
):
    for _action in ("add", "change", "delete", "view"):
        rules.add_perm(f"nurture.{_action}_{_model}", _may_set_up)
for _model in (
    "enrollment",
    "touch",
    "callattempt",
    "callchange",
    "inboundmail",
    "mailevent",
    "refusedpost",
    "mailpreference",
):
    rules.add_perm(f"nurture.view_{_model}", is_manager)
rules.add_perm("nurture.change_touch", _may_set_up)
rules.add_perm("nurture.change_inboundmail", _may_set_up)
rules.add_perm("nurture", is_manager)
