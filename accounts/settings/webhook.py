"""The webhook by which Hugging Face tells of changes."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from accounts.addresses import site_url
from accounts.clients.configuration import is_loopback
from accounts.hub_webhooks import NewWebhook, own_webhook
from accounts.models import User


def webhook_context(
    request: HttpRequest, user: User, new_webhook: NewWebhook | None = None
) -> dict[str, Any]:
    row = new_webhook.row if new_webhook else own_webhook(user)
    url = row and site_url(request) + reverse("mcpendpoint:hub-webhook", args=[row.address])
    return {
        "webhook": row,
        "webhook_url": url,
        "webhook_secret": new_webhook and new_webhook.secret,
        "is_renewed": bool(new_webhook and new_webhook.is_renewed),
        "can_be_reached": not is_loopback(site_url(request)),
        "hub": settings.HF_ENDPOINT,
    }
