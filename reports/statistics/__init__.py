"""How sure we are. Everything statistical is statsmodels' and scipy's; nothing of it is written by hand.

They take a second to import, so they are imported where they are used.
"""

from reports.statistics.rates import MINIMUM_SAMPLE, Difference, Rate, difference, wilson

__all__ = ["MINIMUM_SAMPLE", "Difference", "Rate", "difference", "wilson"]
