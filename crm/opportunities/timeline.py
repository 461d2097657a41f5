"""What opportunities say on timelines: how they moved."""

from crm.opportunities.models import Opportunity, OpportunityStageChange
from crm.web.slots import TimelineEntry
from crm.web.timeline import Source, Story


def _entry(change: OpportunityStageChange, story: Story) -> TimelineEntry:
    title = f"{change.from_stage} → {change.to_stage}" if change.from_stage else f"Opened in {change.to_stage}"
    if story.record != change.opportunity:
        title = f"{change.opportunity}: {title}"
    return TimelineEntry(change.at, "stage", title, icon="arrow-right", by=str(change.by or ""), body=change.reason)


SOURCES = (
    Source(
        "stage",
        "Stages",
        lambda story: story.about(OpportunityStageChange, opportunity=Opportunity),
        _entry,
        read_with=("from_stage", "to_stage", "by", "opportunity"),
    ),
)
