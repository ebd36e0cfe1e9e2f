"""The site as a Django app, so that its system checks run."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from accounts.catalogue import catalogue
from mcpendpoint.hub.ids import is_space_id


class SiteConfig(AppConfig):
    name = "hfmcp_site"
    verbose_name = "Hugging Face MCP server"

    def ready(self) -> None:
        """Check what settings name, now that the other apps have said what there is."""
        known = {tool.name for tool in catalogue.tools}
        if unknown := [name for name in settings.DISABLE_TOOLS if name not in known]:
            raise ImproperlyConfigured(
                f"DISABLE_TOOLS should be names of tools, which {unknown[0][:60]!r} is not. "
                f"There are: {', '.join(sorted(known))}."
            )
        if wrong := [name for name in settings.DEFAULT_SPACES if not is_space_id(name)]:
            raise ImproperlyConfigured(
                "DEFAULT_SPACES should be Spaces such as mcp-tools/Z-Image-Turbo, which "
                f"{wrong[0][:60]!r} is not."
            )
        if settings.HAS_EMAIL and not settings.EMAIL_FROM:
            raise ImproperlyConfigured("EMAIL_FROM should be set where EMAIL_URL is.")
        if len(settings.DEFAULT_SPACES) > settings.MCP_MAX_SPACES:
            raise ImproperlyConfigured("DEFAULT_SPACES should be no more than MCP_MAX_SPACES.")
