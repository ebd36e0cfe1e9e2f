"""The site as a Django app, so that its system checks run."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "hfmcp_site"
    verbose_name = "Hugging Face MCP server"
