from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.settings.address import address_context
from accounts.settings.pages import listed
from accounts.signed_in import for_users


@require_safe
@for_users
def overview(request: HttpRequest, user: User) -> HttpResponse:
    context = {**address_context(request, user), "groups": listed(user, in_full=True)}
    return render(request, "accounts/settings/overview.html", context)
