from django.apps import AppConfig


class NurtureConfig(AppConfig):
    name = "nurture"

    def ready(self) -> None:
        from crm.web import timeline as crm_timeline
        from crm.web.slots import lead_panels, question_uses, today_sections
        from nurture import panel, timeline, today
        from nurture import question_uses as uses_of_questions

        crm_timeline.register(*timeline.SOURCES)
        lead_panels.register(panel.sections)
        question_uses.register(uses_of_questions.uses)
        today_sections.register(today.sections)
