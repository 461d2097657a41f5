"""What other currencies are worth in the company's: kept by hand in the admin, with the day each rate is from."""

from datetime import date
from decimal import Decimal
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q

CENT = Decimal("0.01")


def clean_currency(value: str) -> str:
    """Upper case. Raises ValidationError for what is not a code of three letters."""
    code = value.strip().upper()
    if not (len(code) == 3 and code.isascii() and code.isalpha()):
        raise ValidationError("Use the currency's code of three letters. Example: EUR.")
    return code


class ExchangeRateQuerySet(models.QuerySet[Any]):
    def in_force(self, *, currency: str, into: str, on: date) -> Self:
        """The newest of that day or before comes first."""
        return self.filter(currency=currency, into=into, on__lte=on).order_by("-on")


class ExchangeRate(models.Model):
    """One unit of ``currency`` is ``rate`` units of ``into``, from the day ``on`` until a newer rate."""

    currency = models.CharField(max_length=3, help_text="ISO 4217 code. Example: EUR.")
    into = models.CharField(max_length=3, editable=False, verbose_name="company's currency")
    on = models.DateField(verbose_name="from")
    rate = models.DecimalField(
        max_digits=18, decimal_places=8, help_text="What one unit is worth in the company's currency."
    )

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        ordering = ["currency", "-on"]
        constraints = [
            models.UniqueConstraint(name="one_exchange_rate_per_day", fields=["currency", "into", "on"]),
            models.CheckConstraint(name="exchange_rate_is_positive", condition=Q(rate__gt=0)),
            models.CheckConstraint(name="exchange_rate_is_between_two_currencies", condition=~Q(currency=F("into"))),
        ]

    def __str__(self) -> str:
        return f"1 {self.currency} = {self.rate.normalize():f} {self.into} from {self.on}"
