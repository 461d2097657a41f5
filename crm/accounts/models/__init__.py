from crm.accounts.models.account import Account, AccountAddress, AccountQuerySet, AddressKind
from crm.accounts.models.custom import AccountFieldChange, AccountFieldValue
from crm.accounts.models.merge import AccountMerge
from crm.accounts.models.owner_change import AccountOwnerChange
from crm.accounts.models.project import IdentifiedProject, ProjectPhase

__all__ = [
    "Account",
    "AccountAddress",
    "AccountFieldChange",
    "AccountFieldValue",
    "AccountMerge",
    "AccountOwnerChange",
    "AccountQuerySet",
    "AddressKind",
    "IdentifiedProject",
    "ProjectPhase",
]
