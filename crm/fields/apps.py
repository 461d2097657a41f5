from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "crm.fields"
    label = "fields"

    def ready(self) -> None:
        from crm.fields import facts
        from crm.web.slots import record_facts

        record_facts.register(facts.sections)
