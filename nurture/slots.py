"""Places where higher rooms add to the pages of nurture (see ``crm.web.slots``)."""

from crm.web.slots import Slot

# provider(sequence, *, user, now) -> Iterable[Section]: on the page with a sequence's figures
sequence_figures = Slot()
