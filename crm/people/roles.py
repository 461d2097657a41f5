"""Who may do what, as predicates of the user alone. Apps register their permissions with these in ``rules.py``."""

from typing import Any

import rules

from crm.people.models import Role, User


@rules.predicate
def is_rep(user: User) -> bool:
    return getattr(user, "role", None) == Role.REP


@rules.predicate
def is_sales_manager(user: User) -> bool:
    return getattr(user, "role", None) == Role.SALES_MANAGER


@rules.predicate
def is_marketing_manager(user: User) -> bool:
    return getattr(user, "role", None) == Role.MARKETING_MANAGER


@rules.predicate
def is_administrator(user: User) -> bool:
    return getattr(user, "role", None) == Role.ADMINISTRATOR


is_manager = is_sales_manager | is_marketing_manager | is_administrator
is_seller = is_rep | is_sales_manager | is_administrator


@rules.predicate
def sees(user: User, record: Any) -> bool:
    """The record is among those the user may see: the same answer as the lists give."""
    return record is None or type(record).objects.visible_to(user).filter(pk=record.pk).exists()
