"""Whether a sequence's mails can be sent at all: what has to be there besides the texts."""

from collections.abc import Iterable

from crm.people.emails import InvalidEmail
from crm.people.models import Company
from nurture.mail.senders import check_sender
from nurture.models import Sequence, Step, StepKind

NO_POSTAL_ADDRESS = "The company has no postal address, which every mail must have: add it under Company."


def problems_of_mails(sequence: Sequence, steps: Iterable[Step]) -> list[str]:
    """Messages for a person; none where the sequence sends no mail."""
    if all(step.kind != StepKind.EMAIL for step in steps):
        return []
    problems = [] if Company.current().postal_address.strip() else [NO_POSTAL_ADDRESS]
    return problems + _problems_of_sender(sequence.sender)


def _problems_of_sender(sender: str) -> list[str]:
    try:
        if sender:
            check_sender(sender)
    except InvalidEmail as error:
        return [str(error)]
    return []
