import rules

from crm.people.roles import is_manager, is_rep, sees

rules.add_perm("contacts.view_contact", sees)
rules.add_perm("contacts.change_contact", (is_rep | is_manager) & sees)
rules.add_perm("contacts", is_manager)
