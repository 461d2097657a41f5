import rules

from crm.people.roles import is_administrator, is_manager, is_marketing_manager

rules.add_perm("reports.view_backtest", is_manager)
rules.add_perm("reports.add_backtest", is_marketing_manager | is_administrator)
