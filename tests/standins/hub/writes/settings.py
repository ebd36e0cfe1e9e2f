"""What can be set on a repository beside its files: visibility, variables, branches and tags."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.callers import caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import MAIN, Repo, Variable
from tests.standins.hub.repos import find_history
from tests.standins.hub.writes import rights


async def update(request: Request, repo: Repo, segments: list[str]) -> Response:
    """PUT …/{id}/settings"""
    rights.require_management(caller_of(request), repo)
    body = await bodies.json_object(request)
    visibility = bodies.optional_text(body, "visibility")
    if visibility not in (None, "private", "public"):
        raise errors.invalid('"visibility" must be one of [private, public]')
    private = bodies.flag(body, "private") if visibility is None else visibility == "private"
    if private is not None:
        repo.private = private
    if "gated" in body:
        if body["gated"] not in ("auto", "manual", False):
            raise errors.invalid('"gated" must be one of [auto, manual, false]')
        repo.gated = body["gated"]
    return JSONResponse({"private": repo.private, "gated": repo.gated})


async def variables(request: Request, repo: Repo, segments: list[str]) -> Response:
    """GET, POST and DELETE …/{id}/variables, which everybody may read."""
    if repo.kind != "space":
        raise errors.not_found()
    return await _environment(request, repo, repo.variables, with_values=True)


async def secrets(request: Request, repo: Repo, segments: list[str]) -> Response:
    """GET, POST and DELETE …/{id}/secrets: the values can be set, and never be read."""
    if repo.kind != "space":
        raise errors.not_found()
    rights.require_write(caller_of(request), repo)
    return await _environment(request, repo, repo.secrets, with_values=False)


async def _environment(
    request: Request, repo: Repo, variables: dict[str, Variable], *, with_values: bool
) -> Response:
    if request.method in ("POST", "DELETE"):
        rights.require_write(caller_of(request), repo)
        body = await bodies.json_object(request)
        key = bodies.text(body, "key")
        if request.method == "DELETE":
            variables.pop(key, None)
        else:
            description = bodies.optional_text(body, "description")
            value = bodies.optional_text(body, "value") or ""
            variables[key] = Variable(key, value, description)
    return JSONResponse(
        {
            variable.key: {
                "key": variable.key,
                **({"value": variable.value} if with_values else {}),
                "description": variable.description,
                "updatedAt": "2026-09-09T09:09:09.000Z",
            }
            for variable in variables.values()
        }
    )


def set_environment(repo: Repo, body: Body) -> None:
    """Take over the variables and secrets that a Space is created with."""
    for name, target in (("variables", repo.variables), ("secrets", repo.secrets)):
        for item in bodies.objects(body, name):
            key = bodies.text(item, "key")
            description = bodies.optional_text(item, "description")
            value = bodies.optional_text(item, "value") or ""
            target[key] = Variable(key, value, description)


async def branch(request: Request, repo: Repo, segments: list[str]) -> Response:
    """POST and DELETE …/{id}/branch/{name}"""
    name = "/".join(segments)
    ref = f"refs/heads/{name}"
    rights.require_write(caller_of(request), repo)
    if request.method == "DELETE":
        if ref == MAIN:
            raise HubError(403, "The main branch cannot be deleted")
        _delete_ref(repo, ref, name)
        return JSONResponse({})
    body = await bodies.json_object(request)
    start = bodies.optional_text(body, "startingPoint") or "main"
    _create_ref(repo, ref, start, f"Reference already exists: {name}")
    return JSONResponse({})


async def tag(request: Request, repo: Repo, segments: list[str]) -> Response:
    """POST …/{id}/tag/{revision} with the tag's name, and DELETE …/{id}/tag/{name}"""
    rights.require_write(caller_of(request), repo)
    given = "/".join(segments)
    if request.method == "DELETE":
        _delete_ref(repo, f"refs/tags/{given}", given)
        return JSONResponse({})
    name = bodies.text(await bodies.json_object(request), "tag")
    _create_ref(repo, f"refs/tags/{name}", given, f"Tag already exists: {name}")
    return JSONResponse({})


def _create_ref(repo: Repo, ref: str, start: str, conflict: str) -> None:
    if ref in repo.refs:
        raise HubError(409, conflict)
    repo.refs[ref] = list(find_history(repo, start))


def _delete_ref(repo: Repo, ref: str, name: str) -> None:
    if repo.refs.pop(ref, None) is None:
        raise errors.revision_not_found(name)
