from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "crm.opportunities"
    label = "opportunities"

    def ready(self) -> None:
        from crm.fields.slots import must_be_seen
        from crm.fields.timeline import changes
        from crm.opportunities import demands, panels, search, timeline, today
        from crm.opportunities import handing_over as deals_along
        from crm.opportunities.models import OpportunityFieldChange, OpportunityOwnerChange
        from crm.people import handing_over
        from crm.people.going_along import goes_along
        from crm.web import timeline as crm_timeline
        from crm.web.slots import record_panels, search_providers, today_sections

        search_providers.register(search.hits)
        must_be_seen.register(demands.who_moves_must_see)
        today_sections.register(today.sections)
        record_panels.register(panels.deals)
        goes_along.register(deals_along.with_account)
        crm_timeline.register(
            *timeline.SOURCES, changes(OpportunityFieldChange), handing_over.changes(OpportunityOwnerChange)
        )
