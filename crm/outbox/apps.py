from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "crm.outbox"
    label = "outbox"

    def ready(self) -> None:
        from crm.outbox import checks as checks
