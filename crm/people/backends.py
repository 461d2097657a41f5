"""Who somebody is comes from allauth; what they may do comes from ``rules`` alone."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend


class LoginBackend(AuthenticationBackend):
    """Grants nothing: without it each permission that the rules refuse is looked up in two tables that nobody fills."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()
