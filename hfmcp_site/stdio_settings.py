"""Settings of `stdio` by itself: a deployment's, but for its pages and its database.

A program that a client starts has neither, and is to be there at once. What is not loaded here
takes half of the time.
"""

from hfmcp_site import env

env.keep_to(
    (
        *("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TIMEOUT_SECONDS"),
        *("HF_ENDPOINT", "HF_DATASETS_SERVER", "HF_SPACE_URL", "HF_JOBS_URL"),
        *("MCP_MAX_BODY_BYTES", "MCP_MAX_ANSWER_BYTES", "MCP_CALL_TIMEOUT_SECONDS"),
        *("MCP_MAX_SPACES", "DEFAULT_SPACES", "DISABLE_TOOLS"),
        *("SPACES_ALLOWED", "SPACES_DENIED", "SPACE_FINDINGS"),
    )
)

from hfmcp_site.settings import *  # noqa: E402, F403

INSTALLED_APPS = [
    "mcpendpoint",
    "mcpendpoint.files",
    "accounts",
    "accounts.operators",
    "hfmcp_site.apps.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
]
MIDDLEWARE = []
USE_I18N = False
DATABASES = {}
HAS_DATABASE = False
