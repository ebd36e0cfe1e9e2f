from typing import Any

from django import template

from accounts.models import User
from accounts.settings.pages import listed
from accounts.settings.permissions import connection_context

register = template.Library()


@register.inclusion_tag("accounts/settings/_list.html", takes_context=True)
def settings_list(context: dict[str, Any], current: str, below: bool = False) -> dict[str, Any]:
    """Show the list, in which the page with the URL name `current` is marked, or one `below` it."""
    groups = listed(context["user"]) if isinstance(context["user"], User) else []
    return {"groups": groups, "current": current, "mark": "true" if below else "page"}


@register.inclusion_tag("accounts/settings/_connection.html", takes_context=True)
def lost_connection(context: dict[str, Any]) -> dict[str, Any]:
    """Say so where the person has to sign in to Hugging Face again."""
    user = context["user"]
    shown = connection_context(user) if isinstance(user, User) else {}
    return {**shown, "request": context["request"], "csrf_token": context.get("csrf_token")}
