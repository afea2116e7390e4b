"""All settings, and the only reader of the environment.

Every variable stands in `.env.example` with its meaning. The same file serves development,
tests and production; `donghai.checks` refuses an unsafe production at start.
"""

from pathlib import Path

import environ
from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from donghai import local

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env", overwrite=False)

ENVIRONMENT = env.str("DONGHAI_ENV", "development")
PRODUCTION = ENVIRONMENT == "production"
VAR_DIR = BASE_DIR / env.str("DONGHAI_VAR", "var")

# Core
DEFAULT_SECRET_KEY = "only-for-development-on-this-machine"
SECRET_KEY = env.str("SECRET_KEY", DEFAULT_SECRET_KEY)
DEBUG = env.bool("DEBUG", False)
SITE_URL = env.str("SITE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[] if PRODUCTION else ["*"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])

INSTALLED_APPS = [
    "donghai",
    "catalog",
    "hosts",
    "livestream",
    "orders",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "donghai.apps.SiteConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "donghai.expired.ExpiredLogins",
    "donghai.refusals.RefusalsOnPages",
]

ROOT_URLCONF = "donghai.urls"
WSGI_APPLICATION = "donghai.wsgi.application"
EVENT_STREAM = (
    "livestream.room.stream.application"  # what `donghai.asgi` serves rooms with
)
EVENT_STREAM_CLIENTS = env.int("EVENT_STREAM_CLIENTS", 5000)  # viewers a process takes
WEB_THREADS = env.int("WEB_THREADS", 8)
REQUEST_BODY_MAX = env.int("REQUEST_BODY_MAX", 32 * 1024 * 1024)
SHEETS_BODY_MAX = env.int("SHEETS_BODY_MAX", 560 * 1024 * 1024)

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
                "django.template.context_processors.i18n",
                "orders.checkout.views.bag.in_pages",
            ],
        },
    },
]

# Database and Redis: given, or the embedded servers of `bin/run`
DATABASE_URL = env.str("DATABASE_URL", "") or local.database_url(VAR_DIR)
REDIS_URL = env.str("REDIS_URL", "") or local.redis_url(VAR_DIR)

DATABASES = {
    "default": env.db_url_config(DATABASE_URL)
    | {"CONN_MAX_AGE": env.int("CONN_MAX_AGE", 60), "CONN_HEALTH_CHECKS": False}
}
# Let a connection plan often used statements once, for all facts alike; not behind a
# pool of connections
DATABASE_PLANS = env.bool("DATABASE_PLANS", True)
if DATABASE_PLANS:
    _options = DATABASES["default"].setdefault("OPTIONS", {})
    _said = _options.get("options", "")
    _options["options"] = f"{_said} -c plan_cache_mode=force_generic_plan".strip()
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rows of pages that many ask for at once, in the process's own memory
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# People
AUTH_USER_MODEL = "donghai.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": name}
    for name in (
        "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "donghai.passwords.LongEnough",
        "django.contrib.auth.password_validation.CommonPasswordValidator",
        "django.contrib.auth.password_validation.NumericPasswordValidator",
    )
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True  # in the browser that signed up, and back
ACCOUNT_USER_DISPLAY = str
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Donghai: "
MFA_TOTP_ISSUER = "Donghai"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
STAFF_NEED_MFA = env.bool("STAFF_NEED_MFA", PRODUCTION)
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "orders:account"

# Mail: files in var/mail unless a server is named
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="filemail://")
vars().update(EMAIL_CONFIG)
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
CENTRE_EMAIL = env.str(
    "CENTRE_EMAIL", "help@donghai.example"
)  # who is banned writes there
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "Donghai <hello@donghai.example>")

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Chinese"))]
LOCALE_PATHS = [BASE_DIR / "donghai" / "locale"]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
HOME_ZONE = "Asia/Shanghai"  # Donghai's own time

# Search: the function that names facts of a piece: (facet, value, language, phrase)
SEARCH_NAMES = "catalog.products.naming.facts_by_name"

# Files
STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static" if PRODUCTION else None  # else as the apps have them
MEDIA_URL = "media/"
MEDIA_ROOT = VAR_DIR / "media"
PRIVATE_ROOT = VAR_DIR / "private"  # licences, originals, sheets: never served as files
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": PRIVATE_ROOT, "base_url": None},
    },
    "staticfiles": {
        "BACKEND": "donghai.storage.HashedStaticFiles"
        if PRODUCTION
        else "donghai.storage.PlainStaticFiles"
    },
}

# Safety of the line
SECURE_SSL_REDIRECT = PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PRODUCTION else None
SECURE_HSTS_SECONDS = 31_536_000 if PRODUCTION else 0
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = PRODUCTION
SESSION_COOKIE_HTTPONLY = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "donghai.negotiation.OnlyJson",
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "donghai.schema.Schema",
    "EXCEPTION_HANDLER": "donghai.api.problem",
    "UNAUTHENTICATED_USER": None,
}
API_REQUESTS_A_MINUTE = env.int("API_REQUESTS_A_MINUTE", 600)  # of each token
WEBHOOKS_TO_LOOPBACK = env.bool("WEBHOOKS_TO_LOOPBACK", not PRODUCTION)
SPECTACULAR_SETTINGS = {
    "TITLE": "Donghai",
    "DESCRIPTION": "Live crystal sales: sessions, claims, landed prices, orders.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "donghai.schema.with_problems",
    ],
}

# Later work
CELERY_BROKER_URL = local.broker_url(REDIS_URL)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 300}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_DB_REUSE_MAX = 500  # without it Celery reconnects for every task
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
# What is looked at again and again: (dotted service, seconds between two looks)
ROUNDS = [
    ("catalog.stock.services.expire_holds", 5.0),
    ("orders.checkout.waiting.move_all", 1.0),
    ("catalog.connections.outbox.write_messages", 1.0),
    ("catalog.connections.outbox.forget_old", 3600.0),
    ("livestream.sold.services.refresh_search", 600.0),
    ("livestream.room.samples.count", 15.0),
    ("livestream.chat.forgetting.forget_old", 3600.0),
    ("livestream.schedule.series.fill_horizon", 3600.0),
    ("livestream.schedule.reminders.look", 30.0),
    ("livestream.schedule.following.forget_old", 3600.0),
    ("orders.payments.services.reconcile", 30.0),
    ("orders.customs.services.read_receipts", 1.0),
    ("catalog.stocktaking.alarms.look", 300.0),
    ("catalog.sheets.services.forget_old", 3600.0),
    ("livestream.video.retention.look", 600.0),
    ("livestream.platforms.codes.retire", 3600.0),
]
CELERY_BEAT_SCHEDULE = {
    f"sweep {lane}": {
        "task": "donghai.steps.sweep",
        "schedule": 1.0,
        "args": [lane],
        "options": {"expires": 5, "queue": queue},
    }
    for lane, queue in (
        ("quick", "celery"),
        ("outside", "celery"),
        ("merchants", "merchants"),
        ("media", "media"),
        ("bulk", "bulk"),
    )
} | {
    service: {
        "task": "donghai.steps.round",
        "schedule": seconds,
        "args": [service],
        "options": {"expires": 10},
    }
    for service, seconds in ROUNDS
}
CELERY_BEAT_SCHEDULE["truths"] = {
    "task": "donghai.steps.round",
    "schedule": crontab(hour="20", minute="30"),  # 04:30 in Donghai
    "args": ["orders.management.truths.check_nightly"],
}

# The outside world, by adapter
PAYMENT_PROVIDER = env.str("PAYMENT_PROVIDER", "sandbox")
CUSTOMS_WINDOW = env.str("CUSTOMS_WINDOW", "sandbox")
CARRIER = env.str("CARRIER", "sandbox")
FX_BANK = env.str("FX_BANK", "sandbox")
CUSTOMS_FOLDER = Path(env.str("CUSTOMS_FOLDER", str(VAR_DIR / "customs")))
PAYMENT_WEBHOOK_SECRET = env.str("PAYMENT_WEBHOOK_SECRET", "sandbox-webhook-secret")
SANDBOX_WEBHOOKS = env.str("SANDBOX_WEBHOOKS", "once")  # once, twice, late, lost
SANDBOX_DELIVERY_SECONDS = env.int("SANDBOX_DELIVERY_SECONDS", 2)
TRANSLATOR = env.str("TRANSLATOR", "")  # none: what people wrote stays as it is
LIBRETRANSLATE_URL = env.str("LIBRETRANSLATE_URL", "").rstrip("/")
LIBRETRANSLATE_KEY = env.str("LIBRETRANSLATE_KEY", "")
TRANSLATION_SECONDS = env.float("TRANSLATION_SECONDS", 10.0)
if TRANSLATOR:  # a worker of its own then: -Q talk
    CELERY_BEAT_SCHEDULE["sweep talk"] = {
        "task": "donghai.steps.sweep",
        "schedule": 1.0,
        "args": ["talk"],
        "options": {"expires": 5, "queue": "talk"},
    }
VAPID_PRIVATE_KEY = env.str("VAPID_PRIVATE_KEY", "")  # none: one is made in var/
VAPID_SUBJECT = env.str(
    "VAPID_SUBJECT", "" if PRODUCTION else "mailto:hello@donghai.example"
)
MEDIA_ENGINE = env.str("MEDIA_ENGINE", "embedded")
MEDIAMTX_WHIP_URL = env.str("MEDIAMTX_WHIP_URL", "http://127.0.0.1:8889").rstrip("/")
MEDIAMTX_HLS_URL = env.str("MEDIAMTX_HLS_URL", "http://127.0.0.1:8888").rstrip("/")
MEDIAMTX_API_URL = env.str("MEDIAMTX_API_URL", "http://127.0.0.1:9997").rstrip("/")
MEDIAMTX_HOOK_SECRET = env.str("MEDIAMTX_HOOK_SECRET", "")  # without it nobody gets in

# The trade
HOLD_MINUTES = env.int("HOLD_MINUTES", 10)
WAITING_OFFER_MINUTES = env.int("WAITING_OFFER_MINUTES", 3)
QUOTE_MINUTES = env.int("QUOTE_MINUTES", 15)
CENTRE_SHARE_PERCENT = env.str("CENTRE_SHARE_PERCENT", "8")
RETURN_WINDOW_DAYS = env.int("RETURN_WINDOW_DAYS", 14)
PARCEL_CUTOFF_HOURS = env.int("PARCEL_CUTOFF_HOURS", 6)

# Video
TRANSCODE_MAX = env.int("TRANSCODE_MAX", local.cores())  # a quarter of a core each
AAC_ALWAYS = env.bool("AAC_ALWAYS", False)
AAC_MAX = env.int("AAC_MAX", 20 * local.cores())  # a hundredth of a core each
PUSH_MAX = env.int("PUSH_MAX", 10 * local.cores())  # a fiftieth of a core each
PUSH_TO_LOOPBACK = env.bool("PUSH_TO_LOOPBACK", not PRODUCTION)
PUSH_TRUSTS = env.str("PUSH_TRUSTS", "")  # certificates to trust besides: a file
VIDEO_KEEP_DAYS = env.int("VIDEO_KEEP_DAYS", 30)
VIDEO_WARN_DAYS = env.int("VIDEO_WARN_DAYS", 5)
VIDEO_DISK_GB = env.float("VIDEO_DISK_GB", 200)

# Logs: one JSON object a line; messages carry ids, never names, addresses or e-mails
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "fmt": "%(asctime)s %(levelname)s %(name)s %(message)s",
        },
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.request": {"level": "ERROR"},
        "httpx": {"level": "WARNING"},
        # two lines for each look of each sweep would bury everything else
        "celery.beat": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
    },
}
