"""How allauth behaves here: accounts are made by an administrator, links point to BASE_URL."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        path = super().get_reset_password_from_key_url(key)
        return settings.BASE_URL + "/" + path.split("/", 3)[-1]

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Mail about the account never names a host from the request."""
        super().send_mail(template_prefix, email, context)
