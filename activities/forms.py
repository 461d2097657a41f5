from django import forms


class NoteForm(forms.Form):
    body = forms.CharField(
        label="Note",
        max_length=10_000,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Write a note", "aria-label": "Note"}),
    )
