from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.settings.permissions import permissions_context
from accounts.signed_in import for_users


@require_safe
@for_users
def permissions(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "accounts/settings/permissions.html", permissions_context(user))
