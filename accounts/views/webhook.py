from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.hub_webhooks import NewWebhook, create_webhook, delete_webhook
from accounts.models import User
from accounts.settings_page import page_context, webhook_context
from accounts.signed_in import for_users, is_htmx

DELETED = "The webhook is deleted here."


@require_POST
@for_users
def create(request: HttpRequest, user: User) -> HttpResponse:
    """Answer with the page that shows the secret: a redirect would have to keep it somewhere."""
    return _render(request, user, create_webhook(user))


@require_POST
@for_users
def delete(request: HttpRequest, user: User) -> HttpResponseBase:
    was_there = delete_webhook(user)
    if is_htmx(request):
        return _render(request, user, toast=DELETED if was_there else "")
    if was_there:
        messages.success(request, DELETED)
    return redirect(reverse("accounts:settings") + "#webhook")


def _render(
    request: HttpRequest, user: User, new_webhook: NewWebhook | None = None, toast: str = ""
) -> HttpResponse:
    section = webhook_context(request, user, new_webhook)
    if is_htmx(request):
        return render(request, "accounts/_webhook.html", {**section, "toast": toast})
    context = page_context(request, user, webhook=section)
    return render(request, "accounts/settings.html", context)
