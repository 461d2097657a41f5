from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from django.utils.text import slugify
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from crm.fields.carrying import lacking_choices, takes
from crm.fields.definitions import definition_of
from crm.fields.kinds import CHOICE_KINDS
from crm.fields.models import CustomField, FieldChoice, RecordKind
from crm.fields.slots import must_be_seen
from crm.fields.uses import is_used, records_with, was_chosen
from crm.people.requests import user_of
from crm.web.admin import PartInline

SEEN = {"reps_see": "reps", "sales_managers_see": "sales managers", "marketing_managers_see": "marketing managers"}


ASKED = ("reps_see", "sales_managers_see")


def made_of(label: Any) -> str:
    """A key or value of what people read: "Delivery terms" is ``delivery_terms``."""
    return slugify(label or "").replace("-", "_").strip("_")


class CustomFieldForm(forms.ModelForm):
    class Meta:
        model = CustomField
        fields = (
            *("record_kind", "label", "help_text", "kind", "key", "required", "listed", "position", "active"),
            *(*SEEN, "target"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "key" in self.fields:
            self.fields["key"].required = False
            self.fields["key"].help_text += " Left empty it is made of the label."
        if "target" in self.fields:
            targets = CustomField.objects.filter(active=True).exclude(record_kind=RecordKind.LEAD)
            self.fields["target"].queryset = targets.order_by("record_kind", "label")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "key" in self.fields and not data.get("key") and "key" not in self.errors and data.get("label"):
            data["key"] = self._key_of(data["label"])
        if self.instance.pk and (hidden := [name for name in ASKED if not data.get(name)]):
            for problem in must_be_seen.collect(self.instance):
                self.add_error(hidden[0], problem)
        target: CustomField | None = data.get("target")
        kind, record = (data.get(name, getattr(self.instance, name)) for name in ("kind", "record_kind"))
        if target is None:
            return data
        if record != RecordKind.LEAD:
            self.add_error("target", "Only what is known of a lead is carried on when it is converted.")
        elif not takes(target.kind, kind):
            self.add_error(
                "target", f"“{target.label}” is of the kind “{target.get_kind_display()}”: it cannot hold it."
            )
        return data

    def _key_of(self, label: str) -> str:
        key = made_of(label)[:40]
        if not key[:1].isalpha():
            self.add_error("key", "Enter one: no key can be made of that label.")
        return key


class FieldChoiceForm(forms.ModelForm):
    """A choice that was chosen keeps its value; it can be offered no more."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["value"].required = False
        self.fields["value"].widget.attrs["placeholder"] = "Made of the label"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("value") and "value" not in self.errors and data.get("label"):
            data["value"] = made_of(data["label"])[:100] or data["label"][:100]
        if not self.instance.pk or not (data.get("DELETE") or "value" in self.changed_data):
            return data
        before = FieldChoice(pk=self.instance.pk, field=self.instance.field, value=str(self.initial["value"]))
        if was_chosen(before):
            self._refuse(deleted=bool(data.get("DELETE")))
            data["DELETE"] = False
        return data

    def _refuse(self, *, deleted: bool) -> None:
        if deleted:
            self.add_error(None, f"“{self.initial['label']}” was chosen: untick “offered” instead of deleting it.")
        else:
            self.add_error("value", "It was chosen, so its value stays. The label can change.")


class FieldChoiceFormSet(BaseInlineFormSet):
    def clean(self) -> None:
        super().clean()
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        offered = any(form.cleaned_data.get("active") for form in kept)
        if self.instance.kind in CHOICE_KINDS and not self.total_error_count() and not offered:
            raise forms.ValidationError("Add at least one choice that is offered.")


class FieldChoiceInline(PartInline):
    model = FieldChoice
    form = FieldChoiceForm
    formset = FieldChoiceFormSet
    ordering_field = "position"
    hide_ordering_field = True
    fields = ("label", "value", "active", "position")
    verbose_name = "choice"
    verbose_name_plural = "choices, for the kinds with choices: drag to sort"


@admin.register(CustomField)
class CustomFieldAdmin(ModelAdmin):
    """A field that is used is retired, never deleted. Whoever may not see a field does not find it here either."""

    form = CustomFieldForm
    list_display = ("label", "record_kind", "show_kind", "key", "required", "listed", "who_sees", "target", "active")
    list_filter = ("record_kind", "kind", "active")
    list_select_related = ("target",)
    search_fields = ("label", "key")
    inlines = [FieldChoiceInline]
    actions = ["retire", "use_again"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CustomField]:
        return super().get_queryset(request).seen_by(user_of(request))

    def get_fieldsets(self, request: HttpRequest, obj: CustomField | None = None) -> Any:
        asked: tuple[Any, ...] = (("record_kind", "kind"), ("label", "key"), "help_text", ("required", "listed"))
        conversion = obj is None or obj.record_kind == RecordKind.LEAD
        return [
            (None, {"fields": (*asked, ("position", "active"), *(("used",) if obj else ()))}),
            ("Who may see it", {"fields": (tuple(SEEN),), "description": "Administrators always do."}),
            *([("When a lead is converted", {"fields": ("target",)})] if conversion else []),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: CustomField | None = None) -> tuple[str, ...]:
        """Values have the shape of their field."""
        return ("record_kind", "kind", "key", "used") if obj else ()

    def get_prepopulated_fields(self, request: HttpRequest, obj: CustomField | None = None) -> dict[str, Any]:
        return {}

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        field: CustomField = form.instance
        for source in [field, *field.sources.all()]:
            if source.target and (left := lacking_choices(definition_of(source), definition_of(source.target))):
                names = ", ".join(f"“{label}”" for label in left)
                text = f"“{source.target.label}” has no choice {names}: such a value stays on the lead."
                messages.warning(request, text)

    @display(description="Kind", ordering="kind")
    def show_kind(self, field: CustomField) -> str:
        return field.get_kind_display()

    @display(description="Seen by")
    def who_sees(self, field: CustomField) -> str:
        seen = [word for name, word in SEEN.items() if getattr(field, name)]
        return "everybody" if len(seen) == len(SEEN) else ", ".join([*seen, "administrators"])

    @display(description="Records with a value")
    def used(self, field: CustomField) -> str:
        return f"{records_with(field):,}"

    @action(description="Retire: show it nowhere, keep its values", permissions=["change"])
    def retire(self, request: HttpRequest, queryset: QuerySet[CustomField]) -> None:
        for field in queryset.filter(active=True):
            CustomField.objects.filter(pk=field.pk).update(active=False)
            messages.success(request, f"“{field.label}” is retired: it is shown nowhere, its values stay.")

    @action(description="Use again", permissions=["change"])
    def use_again(self, request: HttpRequest, queryset: QuerySet[CustomField]) -> None:
        count = queryset.filter(active=False).update(active=True)
        messages.success(request, f"{count} field{'' if count == 1 else 's'} used again.")

    def get_actions(self, request: HttpRequest) -> Any:
        """Deleted one by one, where nothing uses them."""
        return {name: value for name, value in super().get_actions(request).items() if name != "delete_selected"}

    def has_delete_permission(self, request: HttpRequest, obj: CustomField | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not (obj and is_used(obj))
