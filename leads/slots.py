"""Places where other rooms, and other subjects of this one, add to the pages of leads (see ``crm.web.slots``)."""

from dataclasses import dataclass

from crm.web.slots import Slot


@dataclass(frozen=True)
class PolicyLink:
    """Something to do with a policy before deciding about it, with a sentence that says what it shows."""

    label: str
    url: str
    text: str = ""


# provider(policy) -> Iterable[PolicyLink]: on its page in the admin and beside the question whether to activate it
policy_links = Slot()
