from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.people import remove_account
from accounts.settings_page import account_context
from accounts.signed_in import for_users


@require_http_methods(["GET", "POST"])
@for_users
def remove(request: HttpRequest, user: User) -> HttpResponseBase:
    """Ask first, then delete the account."""
    if request.method == "GET":
        context = {
            **account_context(user),
            "audit_retention_days": settings.AUDIT_RETENTION_DAYS,
        }
        return render(request, "accounts/remove_account.html", context)
    remove_account(user, request.session)
    messages.success(request, "Your account and everything you saved here are deleted.")
    return redirect("accounts:sign-in")
