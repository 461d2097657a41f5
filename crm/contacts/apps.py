from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "crm.contacts"
    label = "contacts"

    def ready(self) -> None:
        from crm.contacts import search
        from crm.web.slots import search_providers

        search_providers.register(search.hits)
