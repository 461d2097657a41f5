"""crm.config.settings as a server would run them, with the bare view and its table beside the project's own."""

from crm.config.settings import *  # noqa: F403
from crm.config.settings import INSTALLED_APPS, VAR_DIR

INSTALLED_APPS = [*INSTALLED_APPS, "tests.bench"]
ROOT_URLCONF = "tests.bench.urls"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
# Counted as ever, but one client may go on.
FORM_POSTS_PER_ADDRESS = FORM_POSTS_PER_NETWORK = 1_000_000
