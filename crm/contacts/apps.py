from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "crm.contacts"
    label = "contacts"

    def ready(self) -> None:
        from crm.contacts import panels, search
        from crm.web.slots import record_panels, search_providers

        search_providers.register(search.hits)
        record_panels.register(panels.people)
