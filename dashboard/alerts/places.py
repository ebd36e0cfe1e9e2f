"""The two pages that have receivers, each with its own: the operators' and one person's."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.operators.models import Role
from accounts.operators.roles import needs_role
from accounts.signed_in import for_users
from accounts.zones import zone_of
from dashboard.alerts.models import Receiver
from dashboard.alerts.receivers import receivers_of


@dataclass(frozen=True)
class Place:
    namespace: str
    actor: User
    owner: User | None
    """Whose receivers they are: nobody's are those of the operators."""

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"{self.namespace}:{name}", args=args)

    def receiver(self, number: int) -> Receiver:
        found = receivers_of(self.owner).filter(pk=number).first()
        if found is None:
            raise Http404("There is no such receiver.")
        return found


View = Callable[..., HttpResponseBase]


def for_operators(view: View) -> View:
    """Serve admins only."""

    def served(request: HttpRequest, user: User, /, **kwargs: Any) -> HttpResponseBase:
        return view(request, Place("dashboard:alerts", user, None), **kwargs)

    return wraps(view)(needs_role(Role.ADMIN)(served))


def for_people(view: View) -> View:
    """Serve each person what is theirs."""

    def of_user(request: HttpRequest, user: User, **kwargs: Any) -> HttpResponseBase:
        with timezone.override(zone_of(request)):
            return view(request, Place("personal-alerts", user, user), **kwargs)

    return for_users(of_user)
