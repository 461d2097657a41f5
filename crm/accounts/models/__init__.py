from crm.accounts.models.account import Account, AccountQuerySet
from crm.accounts.models.project import IdentifiedProject, ProjectPhase

__all__ = ["Account", "AccountQuerySet", "IdentifiedProject", "ProjectPhase"]
