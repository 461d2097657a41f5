from crm.opportunities.services.changing import change_opportunity, lock_opportunity, set_next_step
from crm.opportunities.services.errors import DemandsNotMet, OpportunityChanged, OpportunityRefused
from crm.opportunities.services.moving import (
    Told,
    lose_opportunity,
    move_opportunity,
    win_opportunity,
)
from crm.opportunities.services.opening import default_pipeline, open_opportunity

__all__ = [
    "DemandsNotMet",
    "OpportunityChanged",
    "OpportunityRefused",
    "Told",
    "change_opportunity",
    "default_pipeline",
    "lock_opportunity",
    "lose_opportunity",
    "move_opportunity",
    "open_opportunity",
    "set_next_step",
    "win_opportunity",
]
