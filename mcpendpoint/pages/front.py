"""What somebody sees at `/` who is not signed in: what this is, on one screen."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from accounts.addresses import site_url
from accounts.huggingface.permissions import read_permissions
from accounts.oauth_app import sign_in_context
from accounts.operators.roles import awaits_first_admin


def front(request: HttpRequest) -> HttpResponse:
    permissions = read_permissions(" ".join(settings.HF_OAUTH_SCOPES))
    context = {
        **sign_in_context(request),
        "mcp_url": site_url(request) + reverse("mcpendpoint:shared"),
        "allowed": ", ".join(permission.title.lower() for permission in permissions),
        "asks_for_more": bool(settings.HF_OAUTH_FURTHER_SCOPES),
        "retention_days": settings.AUDIT_RETENTION_DAYS,
        "awaits_first_admin": awaits_first_admin(),
    }
    return render(request, "mcpendpoint/front.html", context)
