"""Where other rooms have a say about custom fields (see ``crm.web.slots``)."""

from crm.web.slots import Slot

# provider(field) -> Iterable[str]: why reps and sales managers must see it, for a person
must_be_seen = Slot()
