"""A wrong value of a setting stops the start, and says which one it is and what it should be."""

import os
import runpy
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from hfmcp_site import file_storage

SETTINGS = Path(__file__).resolve().parent.parent / "hfmcp_site" / "settings.py"

WRONG = [
    ("SECRET_KEY", ""),
    ("FIELD_ENCRYPTION_KEYS", "short"),
    ("DEBUG", "maybe"),
    ("PORT", "eighty"),
    ("PORT", "70000"),
    ("PUBLIC_URL", "mcp.example.org"),
    ("PUBLIC_URL", "https://mcp.example.org/path"),
    ("PUBLIC_URL", "https://mcp.example.org?x=1"),
    ("PUBLIC_URL", "https://user@mcp.example.org"),
    ("PUBLIC_URL", "https://mcp.example.org:port"),
    ("PUBLIC_URL", "https://"),
    ("PUBLIC_URL", "ftp://mcp.example.org"),
    ("ALLOWED_HOSTS", "https://mcp.example.org"),
    ("ALLOWED_HOSTS", "localhost,mcp.example.org:8000"),
    ("ALLOWED_HOSTS", "mcp.example.org/"),
    ("ALLOWED_HOSTS", "*.example.org"),
    ("DATABASE_URL", "foo"),
    ("DATABASE_URL", "mysql://host/name"),
    ("DATABASE_URL", "postgres://host"),
    ("DATABASE_URL", "postgres://host:port/name"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "http://localhost:6379"),
    ("ADMIN_HF_USERS", "@alice"),
    ("ADMIN_HF_USERS", "https://huggingface.co/alice"),
    ("ADMIN_HF_USERS", "org:acme"),
    ("ACCESS", "closed"),
    ("ACCESS_ALLOWED", "@alice"),
    ("ACCESS_ALLOWED", "org:"),
    ("ACCESS_DENIED", "alice,org:a/b"),
    ("ANONYMOUS_TOOLS", "all"),
    ("OPERATOR_CONTACT", "x" * 201),
    ("HF_ENDPOINT", "huggingface.co"),
    ("HF_DATASETS_SERVER", "ftp://x"),
    ("HF_SPACE_URL", "https://hf.space"),
    ("HF_JOBS_URL", "{job_id}--{port}.hf.jobs"),
    ("HF_OAUTH_SCOPES", "profile"),
    ("HF_OAUTH_SCOPES", "openid"),
    ("HF_OAUTH_SCOPES", "openid profile"),
    ("HF_OAUTH_FURTHER_SCOPES", "Write Repos"),
    ("HF_TIMEOUT_SECONDS", "0"),
    ("HF_TIMEOUT_SECONDS", "1.5"),
    ("MCP_ACCEPT_HF_TOKENS", "2"),
    ("MCP_ALLOWED_ORIGINS", "example.org"),
    ("MCP_ALLOWED_ORIGINS", "https://example.org/path"),
    ("MCP_ALLOWED_ORIGINS", "https://*.example.org"),
    ("MCP_MAX_BODY_BYTES", "1"),
    ("METRICS_RETENTION_DAYS", "999999999"),
    ("METRICS_RETENTION_DAYS", "0"),
    ("AUDIT_RETENTION_DAYS", "99999999999999999999"),
    ("LIMIT_HUB_PER_MINUTE", "-1"),
    ("TRUSTED_PROXIES", "two"),
    ("TRUSTED_PROXIES", "10.0.0.0/33"),
    ("OAUTH_ACCESS_TOKEN_SECONDS", "1"),
    ("OAUTH_REFRESH_TOKEN_DAYS", "1000000"),
    ("OAUTH_APP_SCHEMES", "cursor,javascript"),
    ("OAUTH_APP_SCHEMES", "no scheme"),
    ("GRACEFUL_STOP_SECONDS", "0"),
    ("HSTS_SECONDS", "a year"),
    ("AUDIT_IP", "perhaps"),
    ("LOG_LEVEL", "verbose"),
    ("SPACES_ALLOWED", "acme"),
    ("SPACES_ALLOWED", "*"),
    ("SPACES_DENIED", "acme/one,a/b/c"),
    ("SPACES_DENIED", "*/one"),
    ("SPACE_FINDINGS", "perhaps"),
    ("LOG_FORMAT", "xml"),
    ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
    ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "nonsense"),
    ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
    ("OTEL_TRACES_EXPORTER", "zipkin"),
    ("OTEL_METRICS_EXPORTER", "prometheus"),
    ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "nonsense"),
    ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "delta"),
    ("OTEL_METRIC_EXPORT_INTERVAL", "0"),
    ("OTEL_TRACES_SAMPLER", "sometimes"),
    ("OTEL_SDK_DISABLED", "perhaps"),
    ("METRICS_TOKEN", "short"),
    ("DASHBOARD_TOKEN", "short"),
    ("METRICS_TOKEN", "with a space, so that no header can carry it"),
    ("METRICS_ALLOWED_NETWORKS", "10.0.0.0/33"),
    ("PROMETHEUS_MULTIPROC_DIR", "/there/is/no/such/folder"),
    ("FILES_S3_BUCKET", "s3://people"),
    ("FILES_S3_BUCKET", "People"),
    ("FILES_S3_ENDPOINT", "minio:9000"),
    ("FILES_S3_REGION", "eu west"),
    ("FILES_S3_PREFIX", "/people"),
    ("FILES_S3_PREFIX", "people/../others"),
    ("EMAIL_URL", "mail.example.org"),
    ("EMAIL_URL", "smtps://mail.example.org"),
    ("EMAIL_URL", "smtp://mail.example.org:port"),
    ("EMAIL_FROM", "Alerts <alerts@example.org>"),
    ("ALERT_PRIVATE_HOSTS", "https://hooks.internal"),
]


def read(monkeypatch, **values):
    for name, value in values.items():
        monkeypatch.setitem(os.environ, name, value)
    monkeypatch.delitem(sys.modules, "hfmcp_site.deployment")  # to be read anew
    return runpy.run_path(str(SETTINGS))


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_value_is_told_with_its_setting(monkeypatch, name, value):
    with pytest.raises(ImproperlyConfigured, match=f"{name} should") as refused:
        read(monkeypatch, **{name: value})

    assert "password" not in str(refused.value) or "user:password" in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value", "meant"),
    [
        ("PUBLIC_URL", "HTTPS://MCP.Example.org:443/", "https://mcp.example.org"),
        ("PUBLIC_URL", "http://[::1]:8000", "http://[::1]:8000"),
        ("LOG_LEVEL", "debug", "DEBUG"),
        ("LOG_LEVEL", "", "INFO"),
        ("DEBUG", "", False),
        ("MCP_MAX_SPACES", "", 20),
        ("SPACES_ALLOWED", "ACME/*, Bob/One", {"acme/*", "bob/one"}),
        ("SPACES_DENIED", "", frozenset()),
        ("ADMIN_HF_USERS", "id:0a1b, Alice", ["id:0a1b", "Alice"]),
        ("ACCESS", "Sign-In", "sign-in"),
        ("ACCESS_ALLOWED", "Alice, ORG:Acme", ["alice", "org:acme"]),
        ("ANONYMOUS_TOOLS", "", "default"),
        ("SPACE_FINDINGS", "Hold", "HOLD"),
        ("HF_ENDPOINT", "https://hub.example.org/", "https://hub.example.org"),
        (
            "MCP_ALLOWED_ORIGINS",
            "HTTPS://App.example.org:443/, chrome-extension://abc/, null, *, app://-",
            ["https://app.example.org", "chrome-extension://abc", "null", "*", "app://-"],
        ),
        ("OAUTH_APP_SCHEMES", "com.example.app,Claude", ["com.example.app", "claude"]),
    ],
)
def test_a_value_is_taken_in_the_form_in_which_it_is_compared(monkeypatch, name, value, meant):
    assert read(monkeypatch, **{name: value})[name] == meant


def test_hosts_are_compared_in_lower_case_and_with_brackets(monkeypatch):
    hosts = read(monkeypatch, ALLOWED_HOSTS="MCP.example.org, ::1, .internal")["ALLOWED_HOSTS"]

    assert hosts[:3] == ["mcp.example.org", "[::1]", ".internal"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISABLE_TOOLS", ["hf_jbos"]),
        ("DEFAULT_SPACES", ["no-owner"]),
        ("DEFAULT_SPACES", [f"a/b{n}" for n in range(21)]),
    ],
)
def test_names_of_nothing_stop_the_start(settings, name, value):
    setattr(settings, name, value)

    with pytest.raises(ImproperlyConfigured, match=f"{name} should"):
        apps.get_app_config("hfmcp_site").ready()


def test_a_bucket_for_files_needs_what_writes_to_it(monkeypatch):
    told = read(monkeypatch, FILES_S3_BUCKET="people", FILES_S3_PREFIX="of/hfmcp/")["STORAGES"]
    assert told["files"]["OPTIONS"]["bucket_name"] == "people"
    assert told["files"]["OPTIONS"]["location"] == "of/hfmcp"
    monkeypatch.setattr(file_storage, "find_spec", lambda name: None)

    with pytest.raises(ImproperlyConfigured, match="requirements-s3.txt"):
        read(monkeypatch, FILES_S3_BUCKET="people")


def test_a_mail_server_without_a_sender_stops_the_start(settings):
    settings.HAS_EMAIL, settings.EMAIL_FROM = True, ""

    with pytest.raises(ImproperlyConfigured, match="EMAIL_FROM should"):
        apps.get_app_config("hfmcp_site").ready()


def test_a_mail_server_is_used_as_its_url_says(monkeypatch):
    url = "smtp+tls://ops%40example.org:p%2Fw@mail.example.org:2525"
    told = read(monkeypatch, EMAIL_URL=url, EMAIL_FROM="alerts@example.org")
    plain = read(monkeypatch, EMAIL_URL="smtp+ssl://mail.example.org")

    assert (told["EMAIL_HOST_USER"], told["EMAIL_HOST_PASSWORD"]) == ("ops@example.org", "p/w")
    assert (told["EMAIL_PORT"], told["EMAIL_USE_TLS"], told["EMAIL_USE_SSL"]) == (2525, True, False)
    assert told["DEFAULT_FROM_EMAIL"] == "alerts@example.org"
    assert (plain["EMAIL_PORT"], plain["EMAIL_USE_TLS"], plain["EMAIL_USE_SSL"]) == (
        465,
        False,
        True,
    )
