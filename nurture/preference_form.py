"""The page on which people say what they want of our mails."""

from datetime import date, datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.html import format_html

from leads.models import Lead
from nurture.models import MailPreference, Pace, Topic
from nurture.preferences import day_begins

LONGEST_PAUSE = timedelta(days=730)
BAD_DAY = "Choose a day after today, within the next two years."


class TopicsField(forms.ModelMultipleChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        """With what it is about, where somebody wrote that down."""
        if not obj.description:
            return str(obj)
        return format_html('{}<span class="form-hint">{}</span>', obj, obj.description)


class PreferenceForm(forms.Form):
    topics = TopicsField(
        queryset=Topic.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="What may we write to you about?",
    )
    pace = forms.ChoiceField(choices=Pace, widget=forms.RadioSelect, label="How often?", initial=Pace.AS_SENT)
    paused_until = forms.DateField(
        required=False,
        label="Pause until",
        help_text="Nothing comes before that day. Empty: no pause.",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, lead: Lead, preference: MailPreference | None, now: datetime, **kwargs: Any) -> None:
        self.lead, self.now = lead, now
        kwargs["initial"] = _known(preference, lead, now)
        super().__init__(*args, **kwargs)
        offered = Topic.objects.filter(active=True)
        if offered:
            self.fields["topics"].queryset = offered  # type: ignore[attr-defined]
        else:
            del self.fields["topics"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True  # the template has the token

    def clean_paused_until(self) -> datetime | None:
        """The moment at which that day begins where the person is."""
        day: date | None = self.cleaned_data["paused_until"]
        if day is None:
            return None
        today = self.now.astimezone(self.lead.zone).date()
        if not today < day <= today + LONGEST_PAUSE:
            raise forms.ValidationError(BAD_DAY)
        return day_begins(day, self.lead)

    @property
    def wishes(self) -> dict[str, Any]:
        """For ``set_preferences``."""
        return {
            "topics": list(self.cleaned_data.get("topics", [])),
            "pace": self.cleaned_data["pace"],
            "paused_until": self.cleaned_data["paused_until"],
        }


def _known(preference: MailPreference | None, lead: Lead, now: datetime) -> dict[str, Any]:
    left = [topic.pk for topic in preference.left_topics.all()] if preference else []
    until = preference.paused_until if preference else None
    return {
        "topics": Topic.objects.filter(active=True).exclude(pk__in=left),
        "pace": preference.pace if preference else Pace.AS_SENT,
        "paused_until": until.astimezone(lead.zone).date() if until and until > now else None,
    }
