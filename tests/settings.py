"""crm.config.settings as the tests want it: servers and folders of their own, quick, strict about templates."""

from tests import environment

environment.prepare()

from crm.config.settings import *  # noqa: E402, F403
from crm.config.settings import DATABASES, TEMPLATES, VAR_DIR  # noqa: E402
from tests.templates import UndefinedVariable  # noqa: E402

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A file, not memory: threads and worker processes must see it.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable()
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT = VAR_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
FORM_MIN_SECONDS = 0  # browser tests fill in forms faster than people
