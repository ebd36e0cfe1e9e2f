"""The settings that tests run with, whatever the shell or `.env` says.

A pytest plugin (see pyproject.toml), so that it is there before Django reads its settings.
"""

import os
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet

from tests.unlimited import NO_LIMITS

NOBODY = "http://127.0.0.1:9"  # nothing listens there: a test that needs a Hub says so

SQLITE = f"sqlite:///{Path(tempfile.gettempdir())}/hfmcp-tests-{os.getpid()}.sqlite3"

FILES = f"{Path(tempfile.gettempdir())}/hfmcp-tests-{os.getpid()}-files"

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "hfmcp_site.settings",
    "SECRET_KEY": "a-secret-for-tests-only-with-more-than-fifty-characters-in-it",
    "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", SQLITE),
    "REDIS_URL": "",
    "FILES_DIRECTORY": FILES,
    "FILES_S3_BUCKET": "",
    "DEBUG": "false",
    "PAGE_LANGUAGES": "fr,ko,zh-hans",
    "PUBLIC_URL": "http://localhost:8000",
    "ALLOWED_HOSTS": "localhost,127.0.0.1,[::1]",
    "ADMIN_HF_USERS": "admin",
    "HF_ENDPOINT": NOBODY,
    "HF_DATASETS_SERVER": NOBODY,
    "HF_SPACE_URL": NOBODY + "/s/{subdomain}",
    "HF_JOBS_URL": NOBODY + "/_jobs/{job_id}--{port}.hf.jobs",
    "HF_OAUTH_CLIENT_ID": "",
    "HF_OAUTH_CLIENT_SECRET": "",
    "SIGN_IN_WITH_TOKEN": "true",
    "OAUTH_CLIENT_DOCUMENTS": "true",
    "MCP_ACCEPT_HF_TOKENS": "true",
    "MCP_ALLOWED_ORIGINS": "",
    "EMAIL_URL": "",
    "EMAIL_FROM": "",
    "ALERT_PRIVATE_HOSTS": "",
    "DISABLE_TOOLS": "",
    "DEFAULT_SPACES": "",
    "SPACE_REFRESH_SECONDS": "0",
    "TRUSTED_PROXIES": "",
    **NO_LIMITS,
}


def apply() -> None:
    os.environ.update(SETTINGS)


apply()
