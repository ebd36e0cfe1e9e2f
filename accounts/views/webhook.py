from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts.hub_webhooks import NewWebhook, create_webhook, delete_webhook
from accounts.models import User
from accounts.settings.webhook import webhook_context
from accounts.signed_in import for_users, is_htmx

DELETED = "The webhook is deleted here."


@require_http_methods(["GET", "POST"])
@for_users
def webhook(request: HttpRequest, user: User) -> HttpResponse:
    """Create one where it is posted to, and answer with the page that shows the secret: a redirect
    would have to keep it somewhere.
    """
    return _render(request, user, create_webhook(user) if request.method == "POST" else None)


@require_POST
@for_users
def delete(request: HttpRequest, user: User) -> HttpResponseBase:
    was_there = delete_webhook(user)
    if is_htmx(request):
        return _render(request, user, toast=DELETED if was_there else "")
    if was_there:
        messages.success(request, DELETED)
    return redirect("accounts:webhook")


def _render(
    request: HttpRequest, user: User, new_webhook: NewWebhook | None = None, toast: str = ""
) -> HttpResponse:
    section = webhook_context(request, user, new_webhook)
    name = "accounts/_webhook.html" if is_htmx(request) else "accounts/settings/webhook.html"
    return render(request, name, {**section, "toast": toast})
