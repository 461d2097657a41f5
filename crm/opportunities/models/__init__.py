from crm.contacts.buying_roles import BuyingRole
from crm.opportunities.models.closing import CloseReason, Competitor
from crm.opportunities.models.custom import OpportunityFieldChange, OpportunityFieldValue
from crm.opportunities.models.opportunity import (
    Opportunity,
    OpportunityCompetitor,
    OpportunityContact,
    OpportunityQuerySet,
    OpportunityStageChange,
)
from crm.opportunities.models.owner_change import OpportunityOwnerChange
from crm.opportunities.models.pipeline import (
    DECIDES,
    DemandedField,
    ForecastCategory,
    Pipeline,
    PipelineStage,
    StageDemand,
    Status,
)

__all__ = [
    "DECIDES",
    "BuyingRole",
    "CloseReason",
    "Competitor",
    "DemandedField",
    "ForecastCategory",
    "Opportunity",
    "OpportunityCompetitor",
    "OpportunityContact",
    "OpportunityFieldChange",
    "OpportunityFieldValue",
    "OpportunityOwnerChange",
    "OpportunityQuerySet",
    "OpportunityStageChange",
    "Pipeline",
    "PipelineStage",
    "StageDemand",
    "Status",
]
