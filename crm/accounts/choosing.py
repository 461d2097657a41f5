"""Choosing an account out of very many: look for it, then pick one of what was found."""

from typing import Any

from django import forms
from django.http import HttpRequest

from crm.accounts.models import Account
from crm.people.models import User
from crm.web.searching import words_in

SHOWN = 10


class ChooseAccountForm(forms.Form):
    """Offers what was found for ``search``, and nobody else's accounts."""

    account = forms.ChoiceField(widget=forms.RadioSelect, label="Account")

    def __init__(self, data: Any = None, *, search: str, user: User, not_this: int | None, none: str = "") -> None:
        super().__init__(data)
        found = Account.objects.visible_to(user).exclude(pk=not_this)
        self.found = list(found.filter(words_in(search, ["search_text"]))[:SHOWN]) if search.strip() else []
        choices = [(str(account.pk), _label(account)) for account in self.found]
        self.fields["account"].choices = [*([("none", none)] if none else []), *choices]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> Account | None:
        value = self.cleaned_data["account"]
        return next((account for account in self.found if str(account.pk) == value), None)


def search_of(request: HttpRequest) -> str:
    return request.GET.get("search", "").replace("\x00", "")[:100]


def _label(account: Account) -> str:
    return " · ".join(part for part in (account.name, account.domain, account.city) if part)
