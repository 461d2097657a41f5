import rules

from crm.people.roles import is_administrator, is_manager, is_rep, is_sales_manager, sees

rules.add_perm("contacts.view_contact", sees)
rules.add_perm("contacts.change_contact", (is_rep | is_manager) & sees)
rules.add_perm("contacts", is_manager)
rules.add_perm("contacts.assign_contact", is_sales_manager | is_administrator)
