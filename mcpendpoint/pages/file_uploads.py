"""Uploads in pieces, for the page's script: one that broke off goes on where it was.

A person begins a file, and sends one piece after the other, each with the place that it is for;
every answer says how much has arrived.
"""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import User
from accounts.signed_in import for_users
from mcpendpoint.files.keeping import FileRefused, add_piece, begin_file, begun_before
from mcpendpoint.files.models import StoredFile
from mcpendpoint.protocol.visible_text import visible_line

PIECE_BYTES = 500_000
MAX_DIGITS = 15


def piece_bytes() -> int:
    """Return how many bytes each piece has but the last, which has the rest."""
    return min(PIECE_BYTES, int(settings.MCP_MAX_BODY_BYTES))


@require_POST
@for_users
def begin(request: HttpRequest, user: User) -> HttpResponse:
    """Take `name`, `type`, `size` and a `fingerprint`, by which an earlier attempt is found."""
    size = _number(request.POST.get("size", ""))
    if size is None:
        return JsonResponse({"error": "size should be a number of bytes."}, status=400)
    fingerprint = visible_line(request.POST.get("fingerprint", ""))
    try:
        file = begun_before(user.pk, fingerprint, size) or begin_file(
            user.pk,
            name=request.POST.get("name", ""),
            mime_type=request.POST.get("type", ""),
            size=size,
            fingerprint=fingerprint,
        )
    except FileRefused as refusal:
        return _refuse(refusal)
    return _state(file)


@require_http_methods(["GET", "POST"])
@for_users
def upload(request: HttpRequest, user: User, file_id: str) -> HttpResponse:
    """Tell how much has arrived; take what comes at `?offset=`."""
    file = StoredFile.objects.filter(user_id=user.pk, pk=file_id).first()
    if file is None:
        raise Http404
    if request.method == "GET":
        return _state(file)
    offset, piece = _number(request.GET.get("offset", "")), request.body
    left = file.size - file.received
    if offset is None or (offset == file.received and len(piece) != min(left, piece_bytes())):
        text = f"A piece has {piece_bytes()} bytes, the last one the rest."
        return JsonResponse({"error": text, "offset": file.received}, status=400)
    try:
        add_piece(file, offset, piece)
    except FileRefused as refusal:
        return _refuse(refusal, file)
    return _state(file)


def _number(text: str) -> int | None:
    is_number = text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
    return int(text) if is_number else None


def _state(file: StoredFile) -> HttpResponse:
    return JsonResponse(
        {
            "url": reverse("files:upload", args=[file.pk]),
            "offset": file.received,
            "size": file.size,
            "piece": piece_bytes(),
            "handle": file.handle if file.is_complete else None,
        }
    )


def _refuse(refusal: FileRefused, file: StoredFile | None = None) -> HttpResponse:
    told: dict[str, object] = {"error": str(refusal)}
    if file is not None:
        told["offset"] = file.received
    return JsonResponse(told, status=refusal.status)
