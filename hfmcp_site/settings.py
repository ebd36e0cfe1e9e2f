"""Django settings. Every value that a deployment may change comes from the environment: see
`deployment.py` for those that are not Django's."""

import sys

from hfmcp_site import env, file_storage, postgresql
from hfmcp_site.deployment import *  # noqa: F403

INSTALLED_APPS = [
    # It serves runserver alone, and brings Twisted along, which no other server needs.
    *(["daphne"] if "runserver" in sys.argv else []),
    "dashboard",
    "dashboard.alerts",
    "mcpendpoint",
    "mcpendpoint.files",
    "accounts",
    "accounts.huggingface",
    "accounts.authorization",
    "accounts.operators",
    "accounts.groups",
    "hfmcp_site.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "channels",
    "corsheaders",
    "csp",
    "django_htmx",
    "oauth2_provider",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "accounts.middleware.personal_pages",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.operators.middleware.only_admitted",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "hfmcp_site.urls"
ASGI_APPLICATION = "hfmcp_site.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [env.FILES / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                ),
            ],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.operators.roles.role_context",
                "hfmcp_site.page_frame.page_frame",
            ],
        },
    }
]

# Storage: everything that lasts is in the database; Redis holds what workers share for a while
DATABASE_THREADS = env.integer("DATABASE_THREADS", 4, minimum=1)
DATABASE_POOL_SIZE = env.integer("DATABASE_POOL_SIZE", 8, minimum=1)
DATABASE_CONNECT_SECONDS = env.integer(
    "DATABASE_CONNECT_SECONDS", 3, minimum=1, maximum=env.MOST_SECONDS
)
DATABASE_STATEMENT_SECONDS = env.integer("DATABASE_STATEMENT_SECONDS", 15, maximum=env.MOST_SECONDS)
DATABASE_LOCK_SECONDS = env.integer("DATABASE_LOCK_SECONDS", 5, maximum=env.MOST_SECONDS)
DATABASE_WAIT_SECONDS = env.integer("DATABASE_WAIT_SECONDS", 5, minimum=1, maximum=env.MOST_SECONDS)
HAS_DATABASE = True
DATABASES = {"default": env.database("DATABASE_URL", env.default_database())}
DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        "transaction_mode": "IMMEDIATE",
        "timeout": DATABASE_LOCK_SECONDS,
    }
else:
    DATABASES["default"]["OPTIONS"] = {
        **DATABASES["default"].get("OPTIONS", {}),
        **postgresql.connection_options(
            connect_seconds=DATABASE_CONNECT_SECONDS,
            statement_seconds=DATABASE_STATEMENT_SECONDS,
            lock_seconds=DATABASE_LOCK_SECONDS,
        ),
        "pool": postgresql.pool_options(DATABASE_POOL_SIZE, DATABASE_WAIT_SECONDS),
    }

if REDIS_URL:
    CACHES = {"default": {"BACKEND": "accounts.shared_cache.SharedCache", "LOCATION": REDIS_URL}}
else:
    CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Sign-in
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
LOGIN_URL = "accounts:sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "accounts:sign-in"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
SOCIALACCOUNT_ONLY = True
SOCIALACCOUNT_STORE_TOKENS = False  # kept encrypted in accounts.HubCredential instead
SOCIALACCOUNT_ADAPTER = "accounts.huggingface.adapter.SocialAccountAdapter"

# Our authorization server (accounts.authorization, on django-oauth-toolkit)
OAUTH2_PROVIDER_APPLICATION_MODEL = "authorization.Application"
OAUTH2_PROVIDER_GRANT_MODEL = "authorization.Grant"
OAUTH2_PROVIDER_ACCESS_TOKEN_MODEL = "authorization.AccessToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_REFRESH_TOKEN_MODEL = "authorization.RefreshToken"  # noqa: S105 - a model
OAUTH2_PROVIDER_ID_TOKEN_MODEL = "authorization.IDToken"  # noqa: S105 - a model
OAUTH2_PROVIDER = {
    "OIDC_ISS_ENDPOINT": PUBLIC_URL,
    "SCOPES_BACKEND_CLASS": "accounts.authorization.scopes_backend.McpScopes",
    "OAUTH2_VALIDATOR_CLASS": "accounts.authorization.validator.McpValidator",
    # Authorization code and refresh token, nothing else.
    "OAUTH2_SERVER_CLASS": "oauthlib.oauth2.WebApplicationServer",
    "PKCE_REQUIRED": True,
    "AUTHORIZATION_CODE_EXPIRE_SECONDS": 60,
    "ACCESS_TOKEN_EXPIRE_SECONDS": OAUTH_ACCESS_TOKEN_SECONDS,
    "REFRESH_TOKEN_EXPIRE_SECONDS": OAUTH_REFRESH_TOKEN_DAYS * 86_400,
    "ACCESS_TOKEN_GENERATOR": "accounts.authorization.tokens.generate_access_token",
    "REFRESH_TOKEN_GENERATOR": "accounts.authorization.tokens.generate_refresh_token",
    "ROTATE_REFRESH_TOKEN": True,
    "REFRESH_TOKEN_REUSE_PROTECTION": True,
    # The library's hands out the same tokens again, which hashed ones cannot be. Ours is in
    # accounts.authorization.validator.
    "REFRESH_TOKEN_GRACE_PERIOD_SECONDS": 0,
    # Client secrets are long and random: a slow hash would only cost time, on every refresh.
    "CLIENT_SECRET_HASHER": "pbkdf2_sha256_of_random",
    "ALLOW_LOCALHOST_LOOPBACK": True,
    "CIMD_ENABLED": False,  # the library's; ours is accounts.authorization.documented_clients
    "CIMD_METADATA_FETCHER": "accounts.authorization.client_documents.DocumentFetcher",
    "CLEAR_EXPIRED_TOKENS_BATCH_SIZE": 1_000,
    **{
        f"COMPLIANT_BCP_RFC9700_{gate}": True
        for gate in (
            "IMPLICIT_GRANT",
            "PASSWORD_GRANT",
            "PKCE_METHOD",
            "ACCESS_TOKEN_TRANSPORT",
            "AUTHZ_RESPONSE_ISS",
            "TOKEN_STORAGE",
            "REFRESH_TOKEN",
            "REDIRECT_URI_MATCHING",
            "PKCE_REQUIRED",
        )
    },
}
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.authorization.client_secrets.RandomSecretHasher",
]
# Browser-based clients: what they need for signing in takes no cookie, so any origin may ask.
CORS_URLS_REGEX = r"^/(oauth/(token|register|revoke|jwks)|\.well-known/.*)$"
CORS_ALLOW_ALL_ORIGINS = True
CORS_ALLOW_METHODS = ["GET", "POST", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "mcp-protocol-version"]
CORS_EXPOSE_HEADERS = ["Retry-After", "WWW-Authenticate", "X-Request-Id"]

# Browser security
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
if IS_HTTPS:  # a prefix that keeps other hosts of the same domain from setting them
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
SECURE_SSL_REDIRECT = False  # the proxy in front terminates TLS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = HSTS_SECONDS if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HSTS_INCLUDE_SUBDOMAINS
SECURE_HSTS_PRELOAD = False
SILENCED_SYSTEM_CHECKS = [
    "security.W008",  # no redirect to TLS of our own: the proxy does that
    "security.W005",  # no HSTS for subdomains unless the operator says so: others may live there
    "security.W021",  # no HSTS preload: that is the domain owner's decision
    "oauth2_provider.W008",  # http redirects go to loopback only: accounts.authorization.redirects
]
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = MCP_MAX_BODY_BYTES
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "https:", HF_ENDPOINT],  # avatars
        "media-src": ["'self'", "data:"],
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
        "object-src": ["'none'"],
    }
}

# What people upload: private, and reached through our own pages alone
STORAGES = {
    "files": file_storage.in_bucket(
        FILES_S3_BUCKET, FILES_S3_ENDPOINT, FILES_S3_REGION, FILES_S3_PREFIX
    )
    if FILES_S3_BUCKET
    else file_storage.in_folder(FILES_DIRECTORY),
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

# E-mail, which alerts are sent by
_EMAIL = env.email("EMAIL_URL")
HAS_EMAIL = bool(_EMAIL)
EMAIL_BACKEND = _EMAIL.get("EMAIL_BACKEND", "django.core.mail.backends.dummy.EmailBackend")
EMAIL_HOST = _EMAIL.get("EMAIL_HOST") or "localhost"
EMAIL_PORT = _EMAIL.get("EMAIL_PORT") or (465 if _EMAIL.get("EMAIL_USE_SSL") else 587)
EMAIL_HOST_USER = _EMAIL.get("EMAIL_HOST_USER") or ""
EMAIL_HOST_PASSWORD = _EMAIL.get("EMAIL_HOST_PASSWORD") or ""
EMAIL_USE_TLS = _EMAIL.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = _EMAIL.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = EMAIL_FROM

# Static files
STATIC_URL = "static/"
STATICFILES_DIRS = [env.FILES / "static"]
SERVESTATIC_USE_FINDERS = True  # no collectstatic: files are served from where they are
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_ROOT = env.FILES / "static" / "root"  # what is asked for at /, such as /favicon.ico

# Languages of the pages: what a reader's browser asks for, or they chose at the foot of a page.
# What assistants read is English: the endpoint does not pass LocaleMiddleware.
LANGUAGE_CODE = "en"
_FURTHER = {"fr": "French", "ko": "Korean", "zh-hans": "Simplified Chinese"}
_SPOKEN = env.subset("PAGE_LANGUAGES", ",".join(_FURTHER), default="none")
LANGUAGES = [
    ("en", "English"),
    *((code, name) for code, name in _FURTHER.items() if code in _SPOKEN),
]
LOCALE_PATHS = [env.FILES / "locale"]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 86_400
LANGUAGE_COOKIE_SECURE = IS_HTTPS
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

LOG_LEVEL = env.choice("LOG_LEVEL", "INFO", "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOG_FORMAT = env.choice("LOG_FORMAT", "TEXT", "TEXT", "JSON")
# In detail, oauthlib tells tokens, httpcore2 headers and websockets cookies: only we get that far.
LIBRARIES_LEVEL = "INFO" if LOG_LEVEL == "DEBUG" else LOG_LEVEL
OUR_PACKAGES = ("accounts", "dashboard", "hfmcp_site", "mcpendpoint")
LOGGING_CONFIG = "hfmcp_site.logs.configure"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "private": {
            "()": "hfmcp_site.logs.formatter_of",
            "log_format": LOG_FORMAT,
        }
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "private"}},
    "root": {"handlers": ["console"], "level": LIBRARIES_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO"},  # its own handlers would bypass the formatter
        # httpx2 logs whole URLs, which may carry what a user searched for.
        "httpx2": {"level": "WARNING"},
        "psycopg.pool": {"level": "ERROR"},  # quotes what the driver says, at each attempt
        # Whoever scans for hosts is told so; a traceback for each of them helps nobody.
        "django.security.DisallowedHost": {"level": "CRITICAL"},
        "oauth2_provider": {"level": "WARNING"},  # says each hour what it found nothing of
        **{name: {"level": LOG_LEVEL} for name in OUR_PACKAGES},
    },
}
