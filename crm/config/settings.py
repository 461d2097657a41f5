"""Ripen's settings: one file, everything that differs between machines comes from the environment.

Durations are in seconds unless a name says otherwise.
"""

import os
from pathlib import Path
from typing import Any

import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

from crm.config.admin_theme import UNFOLD as UNFOLD

BASE_DIR = Path(__file__).resolve().parents[2]
env = Env()
env.read_env(str(BASE_DIR / ".env"), recurse=False)

VAR_DIR = env.path("RIPEN_VAR", BASE_DIR / "var")
VAR_DIR.mkdir(parents=True, exist_ok=True)

# --- the site -------------------------------------------------------------------------------------------
DEBUG = env.bool("DEBUG", False)
SECRET_KEY = env.str("SECRET_KEY", "")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
if not SECRET_KEY:
    raise ImproperlyConfigured("SECRET_KEY is not set. Start Ripen with ./run, or put SECRET_KEY into .env.")
BASE_URL = env.str("BASE_URL", "http://localhost:8000").rstrip("/")  # links in mails; never from the Host header
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [BASE_URL])
ROOT_URLCONF = "crm.config.urls"
WSGI_APPLICATION = "crm.config.wsgi.application"

INSTALLED_APPS = [
    "crm.web",
    "crm.outbox",
    "crm.people",
    "crm.fields",
    "crm.campaigns",
    "crm.accounts",
    "crm.contacts",
    "crm.opportunities",
    "leads",
    "activities",
    "nurture",
    "reports",
    "simulation",
    "unfold",
    "unfold.contrib.filters",
    "unfold.contrib.forms",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "django_tables2",
    "health_check",
    "rules.apps.AutodiscoverRulesConfig",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.web.middleware.LoginRequiredMiddleware",
    "crm.web.middleware.UserTimeZoneMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.web.context_processors.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
FORMS_URLFIELD_ASSUME_HTTPS = True  # goes with Django 6, where it is the default
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"
DJANGO_TABLES2_TEMPLATE = "components/table.html"

# --- database and broker ---------------------------------------------------------------------------------
DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{VAR_DIR / 'ripen.sqlite3'}", conn_max_age=600)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue (IMMEDIATE + WAL + busy time-out) instead of failing. Never mmap_size: docs/adr/0002. Pages (64 MB),
    # temporary tables and the prepared form of statements stay in memory.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "cached_statements": 1_000,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA journal_size_limit=67108864;"
        "PRAGMA cache_size=-65536; PRAGMA temp_store=MEMORY",
    }
else:
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # Somewhat above a million leads PostgreSQL would compile the queries of reports, which takes longer than they do.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
    # What is sent often is prepared: crm/web/quick, docs/adr/0010.
    if env.bool("PREPARED_STATEMENTS", True):
        DATABASES["default"]["OPTIONS"].setdefault("prepare_threshold", 5)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL = env.str("REDIS_URL", f"unix://{VAR_DIR / 'valkey.sock'}")
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": "ripen",
    }
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 4
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "nurture.tasks.deliver_touches": {"queue": "delivery"},
    "nurture.tasks.send_confirmations": {"queue": "delivery"},
}
CELERY_TIMEZONE = "UTC"
NURTURE_LEASE_SECONDS = env.float("NURTURE_LEASE_SECONDS", 300)  # a worker that is gone for so long is given up
NURTURE_RETRY_SECONDS = env.float("NURTURE_RETRY_SECONDS", 60)  # then four times as long, up to four hours
NURTURE_SWEEP_SECONDS = env.float("NURTURE_SWEEP_SECONDS", 15)
CLOCKS_SWEEP_SECONDS = env.float("CLOCKS_SWEEP_SECONDS", 60)  # leads that nobody accepted in time
MAILBOX_SECONDS = env.float("MAILBOX_SECONDS", 60)  # how often mailboxes are read
NOTICES_SWEEP_SECONDS = env.float("NOTICES_SWEEP_SECONDS", 60)  # what users are told, by mail
DECIDE_AGAIN_SECONDS = env.float("DECIDE_AGAIN_SECONDS", 300)
REPORTS_SWEEP_SECONDS = env.float("REPORTS_SWEEP_SECONDS", 15)  # leads that changed, for reports (PostgreSQL)
CELERY_BEAT_SCHEDULE = {
    "leads-decide-again": {
        "task": "leads.tasks.decide_again",
        "schedule": DECIDE_AGAIN_SECONDS,
        "options": {"expires": max(DECIDE_AGAIN_SECONDS * 2, 5)},
    },
    "nurture-sweep": {
        "task": "nurture.tasks.sweep",
        "schedule": NURTURE_SWEEP_SECONDS,
        # A sweep that nobody took before the next one is due is worth nothing.
        "options": {"expires": max(NURTURE_SWEEP_SECONDS * 2, 5)},
    },
    "notices": {
        "task": "people.tasks.mail_notices",
        "schedule": NOTICES_SWEEP_SECONDS,
        "options": {"expires": max(NOTICES_SWEEP_SECONDS * 2, 5)},
    },
    "clicks": {
        "task": "nurture.tasks.judge_clicks",
        "schedule": NURTURE_SWEEP_SECONDS,
        "options": {"expires": max(NURTURE_SWEEP_SECONDS * 2, 5)},
    },
    "mailboxes": {
        "task": "nurture.tasks.poll_mailboxes",
        "schedule": MAILBOX_SECONDS,
        "options": {"expires": max(MAILBOX_SECONDS * 2, 5)},
    },
    "confirmations": {
        "task": "nurture.tasks.send_confirmations",
        "schedule": NURTURE_SWEEP_SECONDS,
        "options": {"expires": max(NURTURE_SWEEP_SECONDS * 2, 5)},
    },
    "reports-sweep": {
        "task": "reports.tasks.keep_facts",
        "schedule": REPORTS_SWEEP_SECONDS,
        "options": {"expires": max(REPORTS_SWEEP_SECONDS * 2, 5)},
    },
    "back-test-sweep": {"task": "reports.tasks.sweep_back_tests", "schedule": 60, "options": {"expires": 60}},
    "forget": {"task": "leads.tasks.forget", "schedule": 6 * 3600, "options": {"expires": 3600}},
    "clocks-sweep": {
        "task": "leads.tasks.sweep_clocks",
        "schedule": CLOCKS_SWEEP_SECONDS,
        "options": {"expires": max(CLOCKS_SWEEP_SECONDS * 2, 5)},
    },
    # Each manager gets one a week, however often this looks.
    "weekly-digest": {"task": "reports.tasks.send_digests", "schedule": 1800, "options": {"expires": 1700}},
}
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")

# --- people ----------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "crm.people.backends.LoginBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "web:today"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_ADAPTER = "crm.people.adapter.AccountAdapter"  # closed sign-up, links from BASE_URL
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True

# --- mail ------------------------------------------------------------------------------------------------
# Without a server mails are stored and read in the browser (/outbox/); EMAIL_URL=smtp://… sends them.
_email = env.dj_email_url("EMAIL_URL", "dummymail:")
EMAIL_BACKEND = env.str(
    "EMAIL_BACKEND",
    _email["EMAIL_BACKEND"] if env.str("EMAIL_URL", "") else "crm.outbox.backends.StoredEmailBackend",
)
EMAIL_HOST = _email["EMAIL_HOST"] or "localhost"
EMAIL_PORT = _email["EMAIL_PORT"] or 25
EMAIL_HOST_USER = _email["EMAIL_HOST_USER"]
EMAIL_HOST_PASSWORD = _email["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS = _email["EMAIL_USE_TLS"]
EMAIL_USE_SSL = _email["EMAIL_USE_SSL"]
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", 20)
# Over SMTP mails are signed as DKIM_DOMAIN's, where that is set; providers sign by themselves.
DKIM_DOMAIN = env.str("DKIM_DOMAIN", "")
DKIM_SELECTOR = env.str("DKIM_SELECTOR", "ripen")
DKIM_PRIVATE_KEY = env.str("DKIM_PRIVATE_KEY", "")
DKIM_PRIVATE_KEY_FILE = env.str("DKIM_PRIVATE_KEY_FILE", "")
if DKIM_DOMAIN and EMAIL_BACKEND == "django.core.mail.backends.smtp.EmailBackend":
    EMAIL_BACKEND = "crm.outbox.signing.SigningEmailBackend"
# A provider's own settings: ANYMAIL_POSTMARK_SERVER_TOKEN and so on, as django-anymail calls them.
ANYMAIL: dict[str, Any] = {"REQUESTS_TIMEOUT": EMAIL_TIMEOUT} | {
    name.removeprefix("ANYMAIL_"): value for name, value in os.environ.items() if name.startswith("ANYMAIL_")
}
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Ripen <ripen@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# What becomes of mails is told by webhooks: of these providers (docs/inbound.md), and of whoever signs with the secret.
MAIL_PROVIDERS = env.list("MAIL_PROVIDERS", EMAIL_BACKEND.split(".")[2:3] if "anymail." in EMAIL_BACKEND else [])
MAIL_WEBHOOK_SECRET = env.str("MAIL_WEBHOOK_SECRET", "")
# Where answers to nurture mails go; {token} in it says which mail. Empty: to the sender.
REPLY_TO = env.str("REPLY_TO", "")

# --- language and time -----------------------------------------------------------------------------------
LANGUAGE_CODE = "en-us"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- static files ----------------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = env.path("STATIC_ROOT", BASE_DIR / "staticfiles")
STATICFILES_DIRS = [("dist", BASE_DIR / "static" / "dist")]  # only what scripts/assets.mjs built, not its sources
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
MEDIA_ROOT = VAR_DIR / "media"

# --- protection ------------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "EXCLUDE_URL_PREFIXES": ("/admin/",),
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    },
}
_https = BASE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", _https)
SECURE_HSTS_SECONDS = env.int("SECURE_HSTS_SECONDS", 31_536_000 if _https else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
if env.bool("TRUST_PROXY", False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies of our own stand before us: only their entries of X-Forwarded-For are believed, none by default.
TRUSTED_PROXIES = ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
# Posts to public pages within ten minutes, from one address and from its network; 0: as many as come.
FORM_POSTS_PER_ADDRESS = env.int("FORM_POSTS_PER_ADDRESS", 60)
FORM_POSTS_PER_NETWORK = env.int("FORM_POSTS_PER_NETWORK", 240)
FORM_MIN_SECONDS = env.float("FORM_MIN_SECONDS", 1.0)  # nobody fills in a form faster
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"

# --- logs ------------------------------------------------------------------------------------------------
_pre_chain: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.processors.TimeStamper(fmt="iso"),
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.format_exc_info,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "ripen": {
            "()": "structlog.stdlib.ProcessorFormatter",
            "processor": structlog.processors.JSONRenderer()
            if env.bool("LOG_JSON", False)
            # Plain: the pretty formatter prints local variables, secrets among them, and takes seconds.
            else structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
            "foreign_pre_chain": _pre_chain,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ripen"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_pre_chain,
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
