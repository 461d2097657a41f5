from crm.accounts.models.account import Account, AccountAddress, AccountQuerySet, AddressKind
from crm.accounts.models.merge import AccountMerge
from crm.accounts.models.project import IdentifiedProject, ProjectPhase

__all__ = [
    "Account",
    "AccountAddress",
    "AccountMerge",
    "AccountQuerySet",
    "AddressKind",
    "IdentifiedProject",
    "ProjectPhase",
]
