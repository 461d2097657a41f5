"""While the mail server reads a mail, the next one is written."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from leads.models import Lead
from nurture.mail.message import Mail, build
from nurture.models import Touch


@dataclass
class Desk:
    """The one mail that was written ahead, for the touch and its lead as they were then."""

    touch: Touch | None = None
    lead: Lead | None = None
    mail: Mail | None = None

    def write(self, touch: Touch | None, now: datetime) -> None:
        """Nothing where there is none. Never raises: what is wrong with it is told when its turn comes."""
        self.touch, self.lead, self.mail = touch, touch.enrollment.lead if touch else None, None
        with suppress(Exception):
            self.mail = build(touch, now=now) if touch else None

    def take(self, touch: Touch) -> Mail | None:
        """Where its lead was read anew since, it is to be written anew too."""
        return self.mail if touch is self.touch and touch.enrollment.lead is self.lead else None
