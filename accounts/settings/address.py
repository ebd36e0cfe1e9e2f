"""The addresses that assistants are given."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from accounts.addresses import site_url
from accounts.models import User
from accounts.profiles.editing import edited_url


def address_context(request: HttpRequest, user: User) -> dict[str, Any]:
    return {
        "endpoint_url": edited_url(request, user),
        "shared_url": site_url(request) + reverse("mcpendpoint:shared"),
    }
