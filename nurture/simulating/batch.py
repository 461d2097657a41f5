"""The steps of ``nurture.services.steps``, taken in memory: what they would write is handed over instead."""

from datetime import datetime
from functools import cached_property

from leads.models import Lead
from leads.services.experiments import arm_for
from nurture.models import Enrollment, Touch, TouchState, Variant
from nurture.preferences import not_before
from nurture.services.steps import Batch
from nurture.services.variants import arms_of, experiment_key
from nurture.simulating.ledger import Ledger


class DryBatch(Batch):
    """All enrollments of a dry run; their ids are made up. What branches look at is read once, and then changed by what
    the walk lets happen."""

    ledger: Ledger

    def advance(self, enrollment: Enrollment, now: datetime) -> list[Touch]:
        """Takes the steps that are due; returns the touches that are new."""
        self.now, before = now, len(self.touches)
        self._take(enrollment)
        new = self.touches[before:]
        for touch in new:
            self.known[enrollment.pk, touch.step_id, touch.round] = touch
            if touch.state == TouchState.PLANNED and touch.step.variants.all():
                touch.variant = self._variant(touch)
        return new

    def not_before(self, lead: Lead) -> datetime:
        return not_before(lead, self.preferences, self.now, self.ledger.last_mail_to)

    @cached_property
    def known(self) -> dict[tuple[int, int, int], Touch]:
        return {}

    def _variant(self, touch: Touch) -> Variant | None:
        """The one that the lead would be drawn into."""
        texts = {variant.key: variant for variant in touch.step.variants.all()}
        running = [arm for arm in arms_of(touch.step) if (texts.get(arm.key) or touch.step).stopped_at is None]
        return texts.get(arm_for(touch.enrollment.lead_id, experiment_key(touch.step), running).key)
