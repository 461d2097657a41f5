from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "crm.accounts"
    label = "accounts"

    def ready(self) -> None:
        from crm.accounts import panels, search
        from crm.accounts.models import AccountFieldChange, AccountOwnerChange
        from crm.fields.timeline import changes
        from crm.people import handing_over
        from crm.web import timeline
        from crm.web.slots import record_panels, search_providers

        record_panels.register(panels.family)
        search_providers.register(search.hits)
        timeline.register(changes(AccountFieldChange), handing_over.changes(AccountOwnerChange))
