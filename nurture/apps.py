from django.apps import AppConfig


class NurtureConfig(AppConfig):
    name = "nurture"

    def ready(self) -> None:
        from crm.web.slots import lead_panels, lead_timeline, today_sections
        from nurture import panel, timeline, today

        lead_timeline.register(timeline.entries)
        lead_panels.register(panel.sections)
        today_sections.register(today.sections)
