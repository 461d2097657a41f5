from django.db import models


class BareRow(models.Model):
    """What the bare view writes: a form, as it came."""

    payload = models.JSONField()
    received_at = models.DateTimeField()

    class Meta:
        app_label = "bench"

    def __str__(self) -> str:
        return str(self.pk)
