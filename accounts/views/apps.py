from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.authorization.apps_section import apps_context
from accounts.models import User
from accounts.settings.keys import keys_context
from accounts.signed_in import for_users


@require_safe
@for_users
def apps(request: HttpRequest, user: User) -> HttpResponse:
    context = {**apps_context(user), **keys_context(request, user)}
    return render(request, "accounts/settings/apps.html", context)
