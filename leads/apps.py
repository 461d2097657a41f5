from django.apps import AppConfig


class LeadsConfig(AppConfig):
    name = "leads"

    def ready(self) -> None:
        from crm.web.slots import lead_timeline
        from leads import timeline

        lead_timeline.register(timeline.entries)
