"""The page of one call that lacks a file: its person gives it there, nobody else sees the page."""

from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.signed_in import for_users
from mcpendpoint.files.handles import id_in
from mcpendpoint.files.keeping import FileRefused, files_of, keep_upload
from mcpendpoint.files.models import FileQuestion, StoredFile
from mcpendpoint.files.questions import (
    MAX_FILES,
    State,
    answer,
    files_given,
    is_over,
    own_question,
    refuse,
)
from mcpendpoint.gradio.file_kinds import accepted, described, fits
from mcpendpoint.pages.upload_limits import upload_limits

MAX_OFFERED = 20
"""Of the files that are here already."""
HEADINGS = {
    State.USED: "Your assistant has it",
    State.ANSWERED: "Given",
    State.REFUSED: "Not given",
}
OVER = "Too late"
TOO_LATE = "Nothing was given: it is too late, or that file is not here any more."


@require_http_methods(["GET", "POST"])
@for_users
def question(request: HttpRequest, user: User, question_id: str) -> HttpResponseBase:
    asked = own_question(user, question_id)
    if asked is None:
        raise Http404("You have no such question.")
    if request.method != "POST":
        return render(request, "mcpendpoint/file_question.html", _context(user, asked))
    if request.POST.get("decision") == "refuse":
        is_done = refuse(user, asked.pk)
    else:
        try:
            is_done = answer(user, asked.pk, _given(request, user))
        except FileRefused as refusal:
            return _show(request, user, asked, str(refusal), refusal.status)
    if not is_done:
        return _show(request, user, asked, TOO_LATE, 409)
    messages.success(request, "Your assistant hears of it.")
    return redirect("files:question", asked.pk)


def _given(request: HttpRequest, user: User) -> list[str]:
    """Return the ids of what the form gives: new files, or else those that are here already.

    Raises FileRefused.
    """
    new = [each for each in request.FILES.getlist("file") if isinstance(each, UploadedFile)]
    if new:
        return [keep_upload(user, each).pk for each in new[:MAX_FILES]]
    handles = request.POST.getlist("handle")[: MAX_FILES + 1]
    ids = [file_id for handle in handles if (file_id := id_in(handle))]
    if not ids:
        raise FileRefused("Choose a file first.")
    return ids


def _show(
    request: HttpRequest, user: User, asked: FileQuestion, problem: str, status: int
) -> HttpResponseBase:
    context = {**_context(user, own_question(user, asked.pk) or asked), "problem": problem}
    return render(request, "mcpendpoint/file_question.html", context, status=status)


def _context(user: User, asked: FileQuestion) -> dict[str, Any]:
    here = [file for file in files_of(user) if file.is_complete and _fits(file, asked)]
    what = described(asked.takes)
    return {
        "asked": asked,
        "is_over": is_over(asked),
        "heading": _heading(asked, what),
        "given": files_given(asked),
        "what": what,
        "accepted": accepted(asked.takes),
        "here": here[:MAX_OFFERED],
        **upload_limits(),
    }


def _heading(asked: FileQuestion, what: str) -> str:
    if is_over(asked) and asked.state != State.USED:
        return OVER
    return HEADINGS.get(State(asked.state), f"Your assistant needs {what}")


def _fits(file: StoredFile, asked: FileQuestion) -> bool:
    return fits(asked.takes, file.name, file.mime_type)
