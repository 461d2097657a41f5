"""What the admin page of a form is made of."""

from typing import Any

from django import forms
from django.db import models
from django.db.models import Count, Q
from django.http import HttpRequest
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextareaWidget

from crm.campaigns.models import Path
from crm.fields.models import CustomField, RecordKind
from crm.people.requests import user_of
from crm.web.admin import PartInline
from leads.models import FormCustomField, FormQuestion, FormStep, Inquiry, InquiryForm, PersonField

QUALIFIED = [Path.SELF_QUALIFIED, Path.NURTURED, Path.RESEARCHED]


class InquiryFormForm(forms.ModelForm):
    person_fields = forms.MultipleChoiceField(
        label="Asked beside the e-mail address",
        choices=PersonField,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="The less you ask, the more people send the form. What is missing can be asked later.",
    )
    person_required = forms.MultipleChoiceField(
        label="Of these needed",
        choices=PersonField,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="Without them the form is not taken. The e-mail address is always needed.",
    )

    class Meta:
        model = InquiryForm
        fields = (
            "name",
            "slug",
            "title",
            "intro",
            "submit_label",
            "thanks_text",
            "qualified_text",
            "person_fields",
            "person_required",
            "consent_text",
            "double_opt_in",
            "proof_of_work",
            "allowed_sites",
            "source",
            "campaign",
            "active",
        )
        help_texts = {"slug": "Where the form is: the page's address is /f/, then this."}
        widgets = {"allowed_sites": UnfoldAdminTextareaWidget(attrs={"rows": 3})}

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not set(data.get("person_required", [])) <= set(data.get("person_fields", [])):
            self.add_error("person_required", "What is needed must be asked: tick it above as well.")
        return data


class FormStepInline(PartInline):
    model = FormStep
    ordering_field = "position"
    hide_ordering_field = True
    fields = ("title", "intro", "asks_contact", "position")
    verbose_name_plural = "steps: none for a form of one page; drag to sort"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **kwargs | {"formset": StepFormSet})


class StepFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form not in self.deleted_forms]
        if sum(bool(getattr(form, "cleaned_data", {}).get("asks_contact")) for form in kept) > 1:
            raise forms.ValidationError("Ask for the contact details in one step only.")


class FormQuestionInline(PartInline):
    model = FormQuestion
    ordering_field = "position"
    hide_ordering_field = True
    autocomplete_fields = ("question",)
    fields = ("question", "step", "required", "position")
    verbose_name_plural = "questions: drag to sort; without a step they are in the first"

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        """A new step can be chosen once it is saved."""
        formset = super().get_formset(request, obj, **kwargs)
        steps = FormStep.objects.filter(form=obj) if obj else FormStep.objects.none()
        formset.form.base_fields["step"].queryset = steps
        formset.form.base_fields["step"].widget.can_add_related = False
        formset.form.base_fields["step"].widget.can_change_related = False
        return formset


class FormCustomFieldInline(PartInline):
    model = FormCustomField
    ordering_field = "position"
    hide_ordering_field = True
    fields = ("field", "required", "position")
    verbose_name_plural = "custom fields of the lead: asked with the contact details; drag to sort"

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Those that the user may see themselves."""
        if db_field.name == "field":
            seen = CustomField.objects.seen_by(user_of(request)).filter(record_kind=RecordKind.LEAD, active=True)
            kwargs["queryset"] = seen
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def numbers_of(form: InquiryForm) -> list[tuple[str, int, str]]:
    """What it is, how many, and what it means."""
    seen = form.days.aggregate(views=models.Sum("views"), starts=models.Sum("starts"))
    sent = Inquiry.objects.filter(form=form).aggregate(
        all=Count("pk"),
        leads=Count("lead", distinct=True),
        at_once=Count("lead", distinct=True, filter=Q(lead__path=Path.SELF_QUALIFIED)),
        qualified=Count("lead", distinct=True, filter=Q(lead__path__in=QUALIFIED)),
    )
    return [
        ("Views", seen["views"] or 0, "The form was opened, in browsers with JavaScript."),
        ("Starts", seen["starts"] or 0, "Somebody began to fill it in."),
        ("Submissions", sent["all"], "Inquiries that came by it."),
        ("Leads", sent["leads"], "Different people among them."),
        ("Self-qualified", sent["at_once"], "Met the policy by their own answers, before any e-mail or call."),
        ("Qualified", sent["qualified"], "Met it then or later."),
        ("Caught", form.caught.count(), "Kept for you to look at, at most 30 days: see “Caught submissions”."),
    ]
