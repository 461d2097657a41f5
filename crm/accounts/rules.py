import rules

from crm.people.roles import is_administrator, is_manager, is_rep, is_sales_manager, sees

rules.add_perm("accounts.view_account", sees)
rules.add_perm("accounts.change_account", (is_rep | is_manager) & sees)
rules.add_perm("accounts.add_account", is_manager)
rules.add_perm("accounts.view_identifiedproject", is_manager)
rules.add_perm("accounts.change_identifiedproject", (is_rep | is_manager) & sees)
rules.add_perm("accounts", is_manager)
rules.add_perm("accounts.assign_account", is_sales_manager | is_administrator)
