from django.apps import AppConfig


class NurtureConfig(AppConfig):
    name = "nurture"

    def ready(self) -> None:
        from crm.web.slots import lead_panels, lead_timeline, question_uses, today_sections
        from nurture import panel, timeline, today
        from nurture import question_uses as uses_of_questions

        lead_timeline.register(timeline.entries)
        lead_panels.register(panel.sections)
        question_uses.register(uses_of_questions.uses)
        today_sections.register(today.sections)
