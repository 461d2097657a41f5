"""What is done to many leads at once."""

from django import forms

from crm.people.models import User
from crm.people.new_owner import NewOwnerField
from leads.models import Reason, ReasonPurpose

ASSIGN, DISQUALIFY, CONVERT = "assign", "disqualify", "convert"


def reps(*, required: bool = True) -> NewOwnerField:
    """Whom a lead can be assigned to."""
    return NewOwnerField(required=required, label="To", nobody="Nobody (open queue)")


def reasons(purpose: str) -> "forms.ModelChoiceField[Reason]":
    offered = Reason.objects.filter(purpose=purpose, active=True)
    return forms.ModelChoiceField(offered, label="Reason", empty_label="Choose a reason")


class BulkForm(forms.Form):
    """``action`` is the button that was pressed."""

    action = forms.ChoiceField(choices=[(ASSIGN, "Assign"), (DISQUALIFY, "Disqualify"), (CONVERT, "Convert")])
    to = reps(required=False)
    reason = reasons(ReasonPurpose.DISQUALIFY)

    def __init__(self, *args: object, user: User, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["reason"].required = False
        self.may_assign = user.has_perm("leads.assign_lead")
        if not self.may_assign:
            del self.fields["to"]

    def clean(self) -> None:
        action = self.cleaned_data.get("action")
        if action == DISQUALIFY and not self.cleaned_data.get("reason"):
            self.add_error("reason", "Choose a reason to disqualify.")
        if action == ASSIGN and not self.may_assign:
            self.add_error("action", "Only sales managers assign leads.")
        elif action == ASSIGN and not self.data.get("to"):
            self.add_error("to", self.fields["to"].error_messages["required"])


def bulk_form(user: User) -> BulkForm | None:
    return BulkForm(user=user) if user.has_perm("leads.change_lead") else None
