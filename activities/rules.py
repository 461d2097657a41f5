import rules

from crm.people.roles import is_manager

rules.add_perm("activities.view_activity", is_manager)
rules.add_perm("activities", is_manager)
