"""The addresses that assistants are given."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.addresses import endpoint_url, site_url
from accounts.models import User


def address_context(request: HttpRequest, user: User) -> dict[str, Any]:
    return {
        "endpoint_url": endpoint_url(request, user.username),
        "shared_url": site_url(request) + reverse("mcpendpoint:shared"),
    }
