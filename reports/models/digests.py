"""Weekly mails to managers: which went out, and who does not want them."""

from django.db import models

from crm.people.models import User


class Digest(models.Model):
    """One weekly mail to one person. The row is there before the mail goes out: it is never sent twice, and where
    ``sent_at`` stays empty something went wrong in between."""

    user = models.ForeignKey(User, models.CASCADE, related_name="digests")
    week = models.DateField(help_text="The Monday on which it went out.")
    sent_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-week", "pk"]
        constraints = [models.UniqueConstraint(name="one_digest_per_week", fields=["user", "week"])]

    def __str__(self) -> str:
        return f"{self.user}, {self.week}"


class DigestOptOut(models.Model):
    """A manager who does not want the weekly mail."""

    user = models.OneToOneField(User, models.CASCADE, related_name="digest_opt_out")
    since = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.user)
