from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from accounts.catalogue import catalogue
from accounts.forms import ToolsForm
from accounts.models import User
from accounts.preferences import forget_tools, load_preferences, save_tools
from accounts.settings_page import page_context, tools_context
from accounts.signed_in import for_users, is_htmx


@require_GET
@for_users
def settings_page(request: HttpRequest, user: User) -> HttpResponse:
    return render(request, "accounts/settings.html", page_context(request, user))


@require_POST
@for_users
def save_tool_selection(request: HttpRequest, user: User) -> HttpResponseBase:
    form = ToolsForm(request.POST)
    if not form.is_valid():
        return _refuse(request, user, tools_context(user, form))
    save_tools(user, form.cleaned_data["tools"], form.cleaned_data["include_images"])
    return _saved(request, user, "Your tools are saved.")


@require_POST
@for_users
def apply_preset(request: HttpRequest, user: User) -> HttpResponseBase:
    bouquet = catalogue.bouquet(request.POST.get("preset", ""))
    if bouquet is None:
        problem = {"preset_error": "There is no such preset."}
        return _refuse(request, user, {**tools_context(user), **problem})
    save_tools(user, bouquet.tools, load_preferences(user.pk).include_images)
    return _saved(request, user, f"{bouquet.title} is your selection now.")


@require_POST
@for_users
def reset_tools(request: HttpRequest, user: User) -> HttpResponseBase:
    forget_tools(user)
    return _saved(request, user, "You are back to the defaults.")


def _saved(request: HttpRequest, user: User, said: str) -> HttpResponseBase:
    if is_htmx(request):
        context = {**tools_context(user), "toast": said}
        response = render(request, "accounts/_tools.html", context)
        # Having chosen anything switches the default Spaces off, which the other section shows.
        return trigger_client_event(response, "spaces-changed")
    messages.success(request, said)
    return redirect(reverse("accounts:settings") + "#tools")


def _refuse(request: HttpRequest, user: User, section: dict[str, Any]) -> HttpResponse:
    if is_htmx(request):
        return render(request, "accounts/_tools.html", section, status=422)
    context = page_context(request, user, tools=section)
    return render(request, "accounts/settings.html", context, status=422)
