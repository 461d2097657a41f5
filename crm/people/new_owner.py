"""To whom something is handed: a person who sells, or nobody, which is chosen too and never by itself."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.forms.models import ModelChoiceIterator

from crm.people.models import Role, User

NOBODY = "nobody"
SELLERS = (Role.REP, Role.SALES_MANAGER)


class _Offered(ModelChoiceIterator):
    def __iter__(self) -> Iterator[Any]:
        yield from self.field.with_nobody(super().__iter__())  # type: ignore[attr-defined]


class NewOwnerField(forms.ModelChoiceField):
    """Its value is a user, or None for nobody. ``nobody``: what that choice is called."""

    iterator = _Offered

    def __init__(self, *, nobody: str, **kwargs: Any) -> None:
        self.nobody = nobody
        said = {"required": "Choose who gets it, or that nobody does."}
        people = User.objects.filter(is_active=True, role__in=SELLERS)
        super().__init__(people, empty_label="Choose who", error_messages=said, **kwargs)

    def offer(self, people: list[User]) -> None:
        """Of ``people``, who were read already, those who sell."""
        self.choices = self.with_nobody(
            [("", self.empty_label), *((person.pk, str(person)) for person in people if person.role in SELLERS)]
        )

    def with_nobody(self, choices: Any) -> list[Any]:
        first, *people = choices
        return [first, (NOBODY, self.nobody), *people]

    def clean(self, value: Any) -> User | None:
        return None if value == NOBODY else super().clean(value)
