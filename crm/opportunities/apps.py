from django.apps import AppConfig


class OpportunitiesConfig(AppConfig):
    name = "crm.opportunities"
    label = "opportunities"

    def ready(self) -> None:
        from crm.opportunities import panels, search, today
        from crm.web.slots import record_panels, search_providers, today_sections

        search_providers.register(search.hits)
        today_sections.register(today.sections)
        record_panels.register(panels.deals)
