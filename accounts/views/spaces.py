from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.settings.spaces import spaces_context
from accounts.signed_in import for_users


@require_safe
@for_users
def spaces(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "accounts/settings/spaces.html", spaces_context(user))
