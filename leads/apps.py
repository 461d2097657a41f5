from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from crm.web.slots import (
            lead_panels,
            lead_timeline,
            record_panels,
            record_timeline,
            search_providers,
            today_sections,
        )
        from leads import merge_panel, record_pages, research, search, timeline, today

        lead_panels.register(merge_panel.sections)
        lead_timeline.register(timeline.entries)
        record_panels.register(record_pages.origin)
        record_panels.register(research.panel)
        record_timeline.register(record_pages.entries)
        search_providers.register(search.hits)
        today_sections.register(today.sections)
