from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts.models import User
from accounts.settings_page import page_context
from accounts.signed_in import for_users


@require_GET
@for_users
def settings_page(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "accounts/settings.html", page_context(request, user))
