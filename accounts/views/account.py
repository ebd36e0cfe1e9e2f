from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.people import remove_account
from accounts.settings.permissions import connection_context
from accounts.signed_in import for_users


@require_safe
@for_users
def account(request: HttpRequest, user: User) -> HttpResponseBase:
    return render(request, "accounts/settings/account.html", {"hub": settings.HF_ENDPOINT})


@require_http_methods(["GET", "POST"])
@for_users
def remove(request: HttpRequest, user: User) -> HttpResponseBase:
    """Ask first, then delete the account."""
    if request.method == "GET":
        context = {
            **connection_context(user),
            "hub": settings.HF_ENDPOINT,
            "audit_retention_days": settings.AUDIT_RETENTION_DAYS,
        }
        return render(request, "accounts/remove_account.html", context)
    remove_account(user, request.session)
    messages.success(request, _("Your account and everything you saved here are deleted."))
    return redirect("accounts:sign-in")
