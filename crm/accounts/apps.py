from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "crm.accounts"
    label = "accounts"

    def ready(self) -> None:
        from crm.accounts import search
        from crm.web.slots import search_providers

        search_providers.register(search.hits)
