"""The people who signed in here: the newest, or those with a text in their name."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.operators.forms import SearchForm
from accounts.operators.models import Role
from accounts.operators.name_parts import find_people
from accounts.operators.people_shown import shown_people
from accounts.operators.roles import needs_role

PAGE_SIZE = 50


@require_safe
@needs_role(Role.ADMIN)
def people(request: HttpRequest, user: User) -> HttpResponse:
    form = SearchForm(request.GET)
    wanted = form.cleaned_data["q"].strip() if form.is_valid() else ""
    after = request.GET.get("after", "")
    found, following = _search(wanted, after) if wanted else _newest(after)
    context = {
        "form": form,
        "wanted": wanted,
        "people": shown_people(found),
        "following": following,
        "is_first": not after,
    }
    return render(request, "operators/people.html", context)


def _newest(after: str) -> tuple[list[User], str]:
    rows = User.objects.filter(hf_id__isnull=False).order_by("-pk")
    if after.isascii() and after.isdigit():
        rows = rows.filter(pk__lt=min(int(after), 2**62))
    found = list(rows[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    return shown, str(shown[-1].pk) if len(found) > PAGE_SIZE else ""


def _search(wanted: str, after: str) -> tuple[list[User], str]:
    found = find_people(wanted, _read_place(after), PAGE_SIZE)
    return found.people, _write_place(found.next) if found.next else ""


def _write_place(place: tuple[bytes, int]) -> str:
    part, user_id = place
    return f"{urlsafe_b64encode(part).decode()}.{user_id}"


def _read_place(text: str) -> tuple[bytes, int] | None:
    part, _, user_id = text.partition(".")
    try:
        return urlsafe_b64decode(part), min(int(user_id), 2**62)
    except (ValueError, NotBase64):
        return None
