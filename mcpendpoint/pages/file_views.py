"""The page of a person's files: what there is, an upload without JavaScript, downloads."""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.dateformat import format as in_format
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.addresses import site_url
from accounts.models import User
from accounts.signed_in import for_users, is_htmx
from mcpendpoint.files.keeping import (
    FileRefused,
    bytes_used_by,
    drop_file,
    files_of,
    keep_upload,
)
from mcpendpoint.files.links import disposition_of, is_signed, shared_path
from mcpendpoint.files.models import StoredFile
from mcpendpoint.files.names import in_words, served_type
from mcpendpoint.files.reading import bytes_of, own_file, shared_file, stream_of
from mcpendpoint.pages.upload_limits import upload_limits


@require_http_methods(["GET", "HEAD", "POST"])
@for_users
def files(request: HttpRequest, user: User) -> HttpResponseBase:
    if request.method != "POST":
        return render(request, "mcpendpoint/files.html", _page_context(request, user))
    given = request.FILES.get("file")
    if not isinstance(given, UploadedFile):
        messages.error(request, "Choose a file first.")
        return redirect("files:list")
    try:
        file = keep_upload(user, given)
    except FileRefused as refusal:
        context = _page_context(request, user, problem=str(refusal))
        return render(request, "mcpendpoint/files.html", context, status=refusal.status)
    messages.success(request, f"“{file.name}” is here.")
    return redirect("files:list")


@require_POST
@for_users
def delete(request: HttpRequest, user: User, file_id: str) -> HttpResponseBase:
    file = StoredFile.objects.filter(user_id=user.pk, pk=file_id).first()
    if file is None:
        raise Http404
    drop_file(file)
    said = f"“{file.name}” is deleted."
    if is_htmx(request):
        context = {**_page_context(request, user), "toast": said}
        return render(request, "mcpendpoint/_files.html", context)
    messages.success(request, said)
    return redirect("files:list")


@require_safe
@for_users
def download(request: HttpRequest, user: User, file_id: str, name: str) -> HttpResponseBase:
    return _send(request, own_file(user.pk, file_id))


@require_safe
def shared(
    request: HttpRequest, file_id: str, signature: str, name: str = "", username: str = ""
) -> HttpResponseBase:
    """Answer whoever has the signed link, whatever else is in the address."""
    return _send(request, shared_file(file_id) if is_signed(file_id, signature) else None)


def _send(request: HttpRequest, file: StoredFile | None) -> HttpResponseBase:
    if file is None:
        raise Http404
    is_shown = file.is_picture and "download" not in request.GET
    headers = {
        "Content-Type": served_type(file.mime_type),
        "Content-Length": str(file.size),
        "Content-Disposition": disposition_of(file, is_shown=is_shown),
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
    }
    if request.method == "HEAD":
        return HttpResponse(headers=headers)
    # Each kind of server would read the other kind of iterator whole, into memory.
    body: AsyncIterator[bytes] | Iterator[bytes] = (
        stream_of(file) if isinstance(request, ASGIRequest) else bytes_of(file)
    )
    return StreamingHttpResponse(body, headers=headers)


def _page_context(request: HttpRequest, user: User, problem: str = "") -> dict[str, Any]:
    site = site_url(request)
    files = list(files_of(user))
    named = Counter(file.name for file in files)
    rows = [
        {
            "file": file,
            "called": file.name if named[file.name] == 1 else f"{file.name}, of {_came(file)}",
            "link": site + shared_path(file) if file.is_complete else "",
        }
        for file in files
    ]
    return {
        "rows": rows,
        "problem": problem,
        "used": in_words(bytes_used_by(user)),
        "quota": in_words(settings.FILES_QUOTA_BYTES),
        **upload_limits(),
        "days": settings.FILES_RETENTION_DAYS,
    }


def _came(file: StoredFile) -> str:
    return f"{in_format(file.created_at, 'j M Y H:i:s')} UTC"
