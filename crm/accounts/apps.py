from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "crm.accounts"
    label = "accounts"

    def ready(self) -> None:
        from crm.accounts import panels, search
        from crm.web.slots import record_panels, search_providers

        record_panels.register(panels.family)
        search_providers.register(search.hits)
