"""The Hub's error answers: a status, an `error` text, and the headers that its clients read."""

from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response


@dataclass
class HubError(Exception):
    status: int
    message: str
    code: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    extra: dict[str, object] = field(default_factory=dict)  # in the body, beside the text

    def __post_init__(self) -> None:
        super().__init__(self.message)


class Moved(Exception):
    """The repository was renamed; the same request works at `location`."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


def bad_credentials() -> HubError:
    return HubError(401, "Invalid credentials in Authorization header")


def expired_token() -> HubError:
    return HubError(401, 'User Access Token "old-laptop" is expired')


def sign_in_needed() -> HubError:
    return HubError(401, "Invalid username or password.")


def repo_not_found() -> HubError:
    return HubError(404, "Repository not found", "RepoNotFound")


def revision_not_found(revision: str) -> HubError:
    return HubError(404, f"Invalid rev id: {revision}", "RevisionNotFound")


def entry_not_found(path: str, revision: str) -> HubError:
    return HubError(404, f'{path} does not exist on "{revision}"', "EntryNotFound")


def disabled() -> HubError:
    return HubError(403, "Access to this resource is disabled.")


def gated(kind: str, repo_id: str, url: str, *, is_anonymous: bool) -> HubError:
    start = f"Access to {kind} {repo_id} is restricted"
    if is_anonymous:
        need = "You must have access to it and be authenticated to access it. Please log in."
        return HubError(401, f"{start}. {need}", "GatedRepo")
    need = f"and you are not in the authorized list. Visit {url} to ask for access."
    return HubError(403, f"{start} {need}", "GatedRepo")


def invalid(message: str) -> HubError:
    return HubError(400, message)


def not_found() -> HubError:
    return HubError(404, "Sorry, we can't find the page you are looking for.")


async def nowhere(request: Request) -> Response:
    raise not_found()


async def answer(request: Request, error: Exception) -> Response:
    assert isinstance(error, HubError)
    return response(request.scope["path"], error)


def response(path: str, error: HubError) -> Response:
    # A header is Latin-1 and one line; the body carries the text as it is.
    line = error.message.replace("\n", " ").encode("ascii", "replace").decode()
    headers = {"X-Error-Message": line, **error.headers}
    if error.code:
        headers["X-Error-Code"] = error.code
    if path.startswith(("/api/", "/datasets-server/", "/_cas/", "/_jobs/")):
        return JSONResponse({"error": error.message, **error.extra}, error.status, headers)
    return PlainTextResponse(error.message, error.status, headers)


async def redirect(request: Request, error: Exception) -> Response:
    assert isinstance(error, Moved)
    return RedirectResponse(error.location, 307)
