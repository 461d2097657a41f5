"""Which addresses a territory takes in, as stored. How they are compared is in ``crm.people.territories``."""

from django.db import models
from django.db.models import F, Q

from crm.people.territories import Match, in_words, split


class TerritoryMatch(models.Model):
    """One way to belong to the territory: all that is filled in must fit. Lists are separated by commas."""

    territory = models.ForeignKey("people.Territory", models.CASCADE, related_name="matches")
    countries = models.CharField(max_length=500, blank=True, help_text="Two letters each: US, CA. A star: any country.")
    regions = models.CharField(max_length=1000, blank=True, help_text="Names or codes: California, NV.")
    postcode_from = models.CharField(max_length=20, blank=True)
    postcode_to = models.CharField(
        max_length=20,
        blank=True,
        help_text="10 to 19 takes in 10115 and 19999. Empty: what begins like the first.",
    )
    industries = models.CharField(max_length=1000, blank=True)
    employees_from = models.PositiveIntegerField(null=True, blank=True)
    employees_to = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "matches"
        constraints = [
            models.CheckConstraint(
                name="territory_match_matches_something",
                condition=~Q(
                    countries="",
                    regions="",
                    postcode_from="",
                    industries="",
                    employees_from=None,
                    employees_to=None,
                ),
                violation_error_message="Fill in what an address must be like; a star as country takes in all.",
            ),
            models.CheckConstraint(
                name="territory_match_has_a_first_postcode",
                condition=Q(postcode_to="") | ~Q(postcode_from=""),
                violation_error_message="Say where the range of postcodes begins.",
            ),
            models.CheckConstraint(
                name="territory_match_sizes_in_order",
                condition=Q(employees_from=None) | Q(employees_to=None) | Q(employees_to__gte=F("employees_from")),
                violation_error_message="The largest size is below the smallest.",
            ),
        ]

    def __str__(self) -> str:
        return in_words(self.as_match())

    def as_match(self) -> Match:
        return Match(
            countries=tuple(country.upper() for country in split(self.countries)),
            regions=split(self.regions),
            postcode_from=self.postcode_from,
            postcode_to=self.postcode_to,
            industries=split(self.industries),
            employees_from=self.employees_from,
            employees_to=self.employees_to,
        )
