"""The reports there are: one declaration each for page, exports, API and command."""

from reports.declarations import (
    close_rates,
    funnel,
    lift,
    mix,
    money,
    quota,
    repeat_or_delete,
    territories,
    time,
    time_to_close,
)
from reports.report import Report

CLOSE_RATES, MIX = close_rates.REPORT, mix.REPORT
DECLARED = (
    close_rates, time_to_close, mix, funnel, lift, time, money, quota, territories, repeat_or_delete,
)  # fmt: skip
REPORTS: dict[str, Report] = {each.REPORT.name: each.REPORT for each in DECLARED}
