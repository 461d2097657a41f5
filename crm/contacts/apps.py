from django.apps import AppConfig


class ContactsConfig(AppConfig):
    name = "crm.contacts"
    label = "contacts"

    def ready(self) -> None:
        from crm.contacts import handing_over as contacts_along
        from crm.contacts import panels, search
        from crm.contacts.models import ContactFieldChange, ContactOwnerChange
        from crm.fields.timeline import changes
        from crm.people import handing_over
        from crm.people.going_along import goes_along
        from crm.web import timeline
        from crm.web.slots import record_panels, search_providers

        search_providers.register(search.hits)
        record_panels.register(panels.people)
        goes_along.register(contacts_along.with_account)
        timeline.register(changes(ContactFieldChange), handing_over.changes(ContactOwnerChange))
