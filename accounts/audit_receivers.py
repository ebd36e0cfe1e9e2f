"""Signing in and out, however it is done, is in the audit log. What an earlier sign-in in the same
session may grant no longer applies.
"""

from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.http import HttpRequest

from accounts import audit
from accounts.audit import Action
from accounts.granting import note_sign_in_there
from accounts.models import HubCredential, User


def note_sign_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    note_sign_in_there(request.session)
    credential = HubCredential.objects.filter(user_id=user.pk).first()
    audit.record(Action.SIGN_IN, user, detail={"with": credential.kind} if credential else {})


def note_sign_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        audit.record(Action.SIGN_OUT, user)


def connect() -> None:
    user_logged_in.connect(note_sign_in, dispatch_uid="accounts.audit")
    user_logged_out.connect(note_sign_out, dispatch_uid="accounts.audit")
