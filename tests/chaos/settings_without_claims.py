"""crm.config.settings with the claim's compare-and-swap taken out: what the chaos test must notice."""

from crm.config.settings import *  # noqa: F403
from crm.config.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.without_claims"]
