"""Who somebody is comes from allauth; what they may do comes from ``rules`` alone."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from crm.people.models import User
from crm.people.notices import with_unread


class LoginBackend(AuthenticationBackend):
    """Grants nothing: without it each permission that the rules refuse is looked up in two tables that nobody fills."""

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        return set()

    def get_user(self, user_id: Any) -> User | None:
        """With the count that the bell on every page shows, so that no page needs a query for it."""
        user = with_unread(User.objects.filter(pk=user_id)).first()
        return user if user and self.user_can_authenticate(user) else None
