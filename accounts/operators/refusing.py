"""What somebody is shown who may not use this server."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts import audit
from accounts.audit import Action, Outcome


def refuse_sign_in(request: HttpRequest, name: str, refused: Exception) -> HttpResponse:
    """Nobody's row: who is refused gets no account here."""
    detail = {"name": name} if name else {}
    audit.record(Action.ACCESS_REFUSED, outcome=Outcome.DENIED, detail=detail)
    return refusal_page(request, str(refused))


def refusal_page(request: HttpRequest, why: str) -> HttpResponse:
    context = {"why": why}
    return render(request, "operators/refused.html", context, status=HTTPStatus.FORBIDDEN)
