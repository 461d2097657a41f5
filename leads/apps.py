from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from crm.web.slots import lead_timeline, search_providers, today_sections
        from leads import search, timeline, today

        lead_timeline.register(timeline.entries)
        search_providers.register(search.hits)
        today_sections.register(today.sections)
