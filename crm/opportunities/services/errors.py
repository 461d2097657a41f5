"""Why a verb on an opportunity did nothing."""

from collections.abc import Sequence

from crm.opportunities.models import Opportunity, PipelineStage, StageDemand


class OpportunityChanged(Exception):
    """Somebody changed the opportunity since it was read; nothing was done."""

    def __init__(self, opportunity: Opportunity) -> None:
        super().__init__(f"“{opportunity}” was changed by somebody else in the meantime. Look at it again.")


class OpportunityRefused(Exception):
    """The move breaks a rule; the message is for a person."""


class DemandsNotMet(OpportunityRefused):
    """The stage, or one before it, demands what is not known yet: ``missing``."""

    def __init__(self, stage: PipelineStage, missing: Sequence[StageDemand]) -> None:
        self.missing = list(missing)
        super().__init__(f"{stage} needs: {', '.join(str(demand).lower() for demand in missing)}.")
