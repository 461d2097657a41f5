"""The user behind a request, typed, so that nobody asks whether there is one."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest

from crm.people.models import User


class UserRequest(HttpRequest):
    """What a view behind the log-in gets."""

    user: User


def user_of(request: HttpRequest) -> User:
    """For methods whose request Django types (the admin's). Raises PermissionDenied for a stranger."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
