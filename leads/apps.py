from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from crm.web.slots import (
            lead_panels,
            lead_timeline,
            question_uses,
            record_panels,
            record_timeline,
            search_providers,
            today_sections,
        )
        from leads import merge_panel, record_pages, research, search, timeline, today
        from leads import question_uses as uses_of_questions

        lead_panels.register(merge_panel.sections)
        lead_timeline.register(timeline.entries)
        question_uses.register(uses_of_questions.uses)
        record_panels.register(record_pages.origin)
        record_panels.register(research.panel)
        record_timeline.register(record_pages.entries)
        search_providers.register(search.hits)
        today_sections.register(today.sections)
