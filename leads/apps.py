from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from crm.fields.timeline import changes
        from crm.web import timeline as crm_timeline
        from crm.web.slots import (
            lead_panels,
            question_uses,
            record_panels,
            search_providers,
            today_sections,
        )
        from leads import merge_panel, record_pages, research, search, timeline, today
        from leads import question_uses as uses_of_questions
        from leads.models import LeadFieldChange

        lead_panels.register(merge_panel.sections)
        question_uses.register(uses_of_questions.uses)
        record_panels.register(record_pages.origin)
        record_panels.register(research.panel)
        crm_timeline.record_story.register(timeline.story)
        crm_timeline.register(*timeline.SOURCES, *record_pages.SOURCES, changes(LeadFieldChange))
        search_providers.register(search.hits)
        today_sections.register(today.sections)
