"""What a deployment sets, out of the environment; README lists it. Of Django's own settings, which
`settings.py` has, only what follows from these."""

from accounts.operators.subjects import word_of
from hfmcp_site import env, setting_forms

env.begin()

# What a deployment must or may set
SECRET_KEY = env.secret("SECRET_KEY")
DEBUG = env.boolean("DEBUG", default=False)
PORT = env.integer("PORT", 8000, minimum=0, maximum=65_535)
PUBLIC_URL = env.origin("PUBLIC_URL", f"http://localhost:{PORT}")
IS_PUBLIC_URL_SET = bool(env.text("PUBLIC_URL"))
ALLOWED_HOSTS = env.each(
    "ALLOWED_HOSTS",
    "localhost,127.0.0.1,[::1]",
    setting_forms.allowed_host,
    "host names without scheme and port, such as mcp.example.org",
)
GRACEFUL_STOP_SECONDS = env.integer(
    "GRACEFUL_STOP_SECONDS", 25, minimum=1, maximum=env.MOST_SECONDS
)
HSTS_SECONDS = env.integer("HSTS_SECONDS", 31_536_000, maximum=63_072_000)
HSTS_INCLUDE_SUBDOMAINS = env.boolean("HSTS_INCLUDE_SUBDOMAINS", default=False)
FIELD_ENCRYPTION_KEYS = env.fernet_keys("FIELD_ENCRYPTION_KEYS")
REDIS_URL = env.form("REDIS_URL", setting_forms.redis_url, "a URL such as redis://host:6379/0")
ADMIN_HF_USERS = env.each(
    "ADMIN_HF_USERS", "", setting_forms.hf_person, "names or ids (id:…) of people on Hugging Face"
)

# Who may come in
_ANYBODY = ("", word_of, "names, ids (id:…) or organizations (org:…) on Hugging Face")
ACCESS = env.choice("ACCESS", "open", "OPEN", "SIGN-IN", "INVITED").lower()
ACCESS_ALLOWED = env.each("ACCESS_ALLOWED", *_ANYBODY)
ACCESS_DENIED = env.each("ACCESS_DENIED", *_ANYBODY)
ANONYMOUS_TOOLS = env.choice("ANONYMOUS_TOOLS", "default", "DEFAULT", "NONE").lower()
OPERATOR_CONTACT = env.form(
    "OPERATOR_CONTACT", setting_forms.contact, "at most 200 characters, in one line"
)

# The Hugging Face services we talk to
HF_ENDPOINT = env.url("HF_ENDPOINT", "https://huggingface.co")
HF_DATASETS_SERVER = env.url("HF_DATASETS_SERVER", "https://datasets-server.huggingface.co")
HF_SPACE_URL = env.url_template("HF_SPACE_URL", "https://{subdomain}.hf.space", "subdomain")
HF_JOBS_URL = env.url_template("HF_JOBS_URL", "https://{job_id}--{port}.hf.jobs", "job_id", "port")
HF_OAUTH_CLIENT_ID = env.text("HF_OAUTH_CLIENT_ID")
HF_OAUTH_CLIENT_SECRET = env.text("HF_OAUTH_CLIENT_SECRET")
HF_OAUTH_SCOPES = env.hub_scopes(
    "HF_OAUTH_SCOPES",
    "openid,profile,read-repos,gated-repos,inference-api",
    required={"openid", "profile"},
)
HF_OAUTH_FURTHER_SCOPES = env.hub_scopes(
    "HF_OAUTH_FURTHER_SCOPES",
    "contribute-repos,write-repos,manage-repos,write-discussions,jobs",
)
# A token shows that somebody had it, not who sits there: only where there is no better way.
SIGN_IN_WITH_TOKEN = env.boolean("SIGN_IN_WITH_TOKEN", default=not HF_OAUTH_CLIENT_ID)
# Whose the process is that a client starts: `stdio` alone acts with it.
HF_TOKEN = env.text("HF_TOKEN") or env.text("HUGGING_FACE_HUB_TOKEN")
HF_TOKEN_FILE = env.token_file()
HF_TIMEOUT_SECONDS = env.integer("HF_TIMEOUT_SECONDS", 12, minimum=1, maximum=env.MOST_SECONDS)

# What the endpoint offers
MCP_ACCEPT_HF_TOKENS = env.boolean("MCP_ACCEPT_HF_TOKENS", default=True)
MCP_ALLOWED_ORIGINS = env.each(
    "MCP_ALLOWED_ORIGINS",
    "",
    setting_forms.allowed_origin,
    "origins such as https://app.example.org or chrome-extension://id, or *",
)
MCP_MAX_BODY_BYTES = env.integer("MCP_MAX_BODY_BYTES", 1_000_000, minimum=1_000)
BODY_TIMEOUT_SECONDS = env.integer("BODY_TIMEOUT_SECONDS", 20, minimum=1, maximum=env.MOST_SECONDS)
MCP_MAX_ANSWER_BYTES = env.integer("MCP_MAX_ANSWER_BYTES", 1_000_000, minimum=20_000)
MCP_MAX_SPACES = env.integer("MCP_MAX_SPACES", 20, minimum=1)
SPACE_REFRESH_SECONDS = env.integer("SPACE_REFRESH_SECONDS", 240)
MCP_TRANSPORTS = env.subset("MCP_TRANSPORTS", "push,sessions,sse")
MCP_MAX_STREAMS = env.integer("MCP_MAX_STREAMS", 20_000)
MCP_MAX_STREAMS_PER_CALLER = env.integer("MCP_MAX_STREAMS_PER_CALLER", 100, minimum=1)
MCP_CALL_TIMEOUT_SECONDS = env.integer(
    "MCP_CALL_TIMEOUT_SECONDS", 600, minimum=5, maximum=env.MOST_SECONDS
)
DISABLE_TOOLS = env.words("DISABLE_TOOLS")
DEFAULT_SPACES = env.words("DEFAULT_SPACES", "mcp-tools/Z-Image-Turbo")
_SPACES = ("", setting_forms.space_pattern, "Spaces: owner/name or owner/*")
SPACES_ALLOWED = frozenset(env.each("SPACES_ALLOWED", *_SPACES))
SPACES_DENIED = frozenset(env.each("SPACES_DENIED", *_SPACES))
SPACE_FINDINGS = env.choice("SPACE_FINDINGS", "show", "SHOW", "HOLD", "REFUSE")
METRICS_RETENTION_DAYS = env.integer(
    "METRICS_RETENTION_DAYS", 400, minimum=1, maximum=env.MOST_DAYS
)
AUDIT_RETENTION_DAYS = env.integer("AUDIT_RETENTION_DAYS", 90, minimum=1, maximum=env.MOST_DAYS)
AUDIT_MAX_ROWS = env.integer("AUDIT_MAX_ROWS", 5_000_000, minimum=1_000)
AUDIT_IP = env.boolean("AUDIT_IP", default=False)

# Which programs may read what is counted
METRICS_TOKEN = env.form("METRICS_TOKEN", setting_forms.token, "20 or more visible characters")
DASHBOARD_TOKEN = env.form("DASHBOARD_TOKEN", setting_forms.token, "20 or more visible characters")
METRICS_ALLOWED_NETWORKS = env.networks("METRICS_ALLOWED_NETWORKS", "127.0.0.0/8,::1")
METRICS_DIRECTORY = env.existing_directory("PROMETHEUS_MULTIPROC_DIR")

# How alerts are sent
EMAIL_FROM = env.form("EMAIL_FROM", setting_forms.email_address, "an e-mail address")
ALERT_PRIVATE_HOSTS = frozenset(
    env.each("ALERT_PRIVATE_HOSTS", "", setting_forms.host, "host names or addresses")
)

# Where traces and metrics go: standard variables of OpenTelemetry, whose SDK reads the rest of them
_OTLP_ENDPOINT = env.optional_url("OTEL_EXPORTER_OTLP_ENDPOINT")
_OTLP_TRACES_ENDPOINT = env.optional_url("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_OTLP_METRICS_ENDPOINT = env.optional_url("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
env.choice("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf", "HTTP/PROTOBUF")
env.choice("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf", "HTTP/PROTOBUF")
env.choice("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf", "HTTP/PROTOBUF")
env.choice("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "cumulative", "CUMULATIVE")
env.sampler("OTEL_TRACES_SAMPLER", "parentbased_always_on")
_TRACES_EXPORTER = env.choice("OTEL_TRACES_EXPORTER", "otlp", "OTLP", "NONE")
_METRICS_EXPORTER = env.choice("OTEL_METRICS_EXPORTER", "otlp", "OTLP", "NONE")
METRICS_SENT_EVERY_SECONDS = (
    env.integer("OTEL_METRIC_EXPORT_INTERVAL", 60_000, minimum=100, maximum=86_400_000) / 1000
)
_IS_OFF = env.boolean("OTEL_SDK_DISABLED", default=False)
TRACES_ARE_SENT = (
    bool(_OTLP_ENDPOINT or _OTLP_TRACES_ENDPOINT) and _TRACES_EXPORTER == "OTLP" and not _IS_OFF
)
METRICS_ARE_SENT = (
    bool(_OTLP_ENDPOINT or _OTLP_METRICS_ENDPOINT) and _METRICS_EXPORTER == "OTLP" and not _IS_OFF
)

# Files of people, which assistants give to Spaces
FILES_DIRECTORY = env.directory("FILES_DIRECTORY", env.default_files())
FILES_S3_BUCKET = env.form(
    "FILES_S3_BUCKET",
    setting_forms.bucket_name,
    "the name of a bucket: 3 to 63 small letters, digits, dots, hyphens and underscores",
)
FILES_S3_ENDPOINT = env.optional_url("FILES_S3_ENDPOINT")
FILES_S3_REGION = env.form("FILES_S3_REGION", setting_forms.region, "a region such as eu-west-1")
FILES_S3_PREFIX = env.form(
    "FILES_S3_PREFIX", setting_forms.key_prefix, "a beginning of keys such as people/files"
)
FILES_MAX_BYTES = env.integer("FILES_MAX_BYTES", 100_000_000, minimum=1)
FILES_QUOTA_BYTES = env.integer("FILES_QUOTA_BYTES", 1_000_000_000, maximum=env.MOST_BYTES)
FILES_RETENTION_DAYS = env.integer("FILES_RETENTION_DAYS", 30, minimum=1, maximum=env.MOST_DAYS)

# How often somebody may ask, by the minute; 0: as often as they like
LIMIT_ANONYMOUS_PER_MINUTE = env.integer("LIMIT_ANONYMOUS_PER_MINUTE", 30_000)
LIMIT_WRONG_CREDENTIALS_PER_MINUTE = env.integer("LIMIT_WRONG_CREDENTIALS_PER_MINUTE", 1_200)
LIMIT_USER_PER_MINUTE = env.integer("LIMIT_USER_PER_MINUTE", 30_000)
LIMIT_CLIENT_PER_MINUTE = env.integer("LIMIT_CLIENT_PER_MINUTE", 30_000)
LIMIT_CHEAP_PER_MINUTE = env.integer("LIMIT_CHEAP_PER_MINUTE", 30_000)
LIMIT_HUB_PER_MINUTE = env.integer("LIMIT_HUB_PER_MINUTE", 6_000)
LIMIT_SPACE_PER_MINUTE = env.integer("LIMIT_SPACE_PER_MINUTE", 600)
LIMIT_WRITE_PER_MINUTE = env.integer("LIMIT_WRITE_PER_MINUTE", 600)
LIMIT_SIGN_IN_PER_MINUTE = env.integer("LIMIT_SIGN_IN_PER_MINUTE", 300)
LIMIT_TOKEN_PER_MINUTE = env.integer("LIMIT_TOKEN_PER_MINUTE", 1_200)
TRUSTED_PROXIES = env.proxies("TRUSTED_PROXIES")

# What MCP clients that sign people in get from our authorization server
OAUTH_ACCESS_TOKEN_SECONDS = env.integer(
    "OAUTH_ACCESS_TOKEN_SECONDS", 3_600, minimum=60, maximum=31_536_000
)
OAUTH_REFRESH_TOKEN_DAYS = env.integer(
    "OAUTH_REFRESH_TOKEN_DAYS", 30, minimum=1, maximum=env.MOST_DAYS
)
OAUTH_REFRESH_GRACE_SECONDS = env.integer("OAUTH_REFRESH_GRACE_SECONDS", 60, maximum=3_600)
OAUTH_CLIENT_DOCUMENTS = env.boolean(
    "OAUTH_CLIENT_DOCUMENTS", default=PUBLIC_URL.startswith("https:")
)
OAUTH_APP_SCHEMES = env.each(
    "OAUTH_APP_SCHEMES",
    "claude,cursor,vscode,vscode-insiders,vscodium,windsurf,windsurf-next,antigravity,zed,kiro,"
    "trae,jetbrains,goose,warp,warppreview,raycast,lmstudio,cherrystudio,librechat",
    setting_forms.app_scheme,
    "schemes of installed apps, such as cursor",
)
OAUTH_REGISTRATIONS_PER_HOUR = env.integer("OAUTH_REGISTRATIONS_PER_HOUR", 100)
OAUTH_UNUSED_CLIENT_HOURS = env.integer(
    "OAUTH_UNUSED_CLIENT_HOURS", 24, minimum=1, maximum=24 * env.MOST_DAYS
)
OAUTH_IDLE_CLIENT_DAYS = env.integer(
    "OAUTH_IDLE_CLIENT_DAYS", 365, minimum=1, maximum=env.MOST_DAYS
)

ALLOWED_HOSTS.append(setting_forms.host_of(PUBLIC_URL))
IS_HTTPS = PUBLIC_URL.startswith("https://")
