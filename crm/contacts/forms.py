"""Correct what is known of a contact."""

from crm.contacts.models import Contact
from crm.people.person_form import ReachablePersonForm
from crm.web.edits import VersionedForm


class ContactForm(VersionedForm, ReachablePersonForm):
    class Meta:
        model = Contact
        fields = ["first_name", "last_name", "job_title", "email", "phone"]
