from django.apps import AppConfig


class ActivitiesConfig(AppConfig):
    name = "activities"

    def ready(self) -> None:
        from activities import record_pages
        from crm.web.slots import lead_timeline, record_timeline, record_writers

        record_writers.register(record_pages.writer)
        lead_timeline.register(record_pages.entries)
        record_timeline.register(record_pages.entries)
