from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"

    def ready(self) -> None:
        from activities import record_pages, today
        from crm.web import timeline
        from crm.web.slots import record_writers, today_sections

        record_writers.register(record_pages.writer)
        timeline.register(*record_pages.SOURCES)
        today_sections.register(today.sections)
