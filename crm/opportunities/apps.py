from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "crm.opportunities"
    label = "opportunities"

    def ready(self) -> None:
        from crm.fields.timeline import changes
        from crm.opportunities import panels, search, timeline, today
        from crm.opportunities.models import OpportunityFieldChange
        from crm.web import timeline as crm_timeline
        from crm.web.slots import record_panels, search_providers, today_sections

        search_providers.register(search.hits)
        today_sections.register(today.sections)
        record_panels.register(panels.deals)
        crm_timeline.register(*timeline.SOURCES, changes(OpportunityFieldChange))
