"""Creating, duplicating, moving and deleting repositories."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import yaml
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tests.standins.hub import bodies, errors
from tests.standins.hub.bodies import Body
from tests.standins.hub.callers import caller_of
from tests.standins.hub.errors import HubError
from tests.standins.hub.records import KINDS, MAIN, Commit, File, Kind, Repo, hex_id
from tests.standins.hub.repos import find_repo, page_url
from tests.standins.hub.state import Hub
from tests.standins.hub.writes import metadata, rights, settings

NAME = re.compile(r"(?!.*(?:--|\.\.))[A-Za-z0-9_][A-Za-z0-9._-]{0,95}(?<![.-])(?<!\.git)")
SDKS = ("gradio", "docker", "static", "streamlit")
LARGE = (
    "7z arrow bin ckpt gguf gz h5 msgpack npy npz onnx parquet pickle pkl pt pth safetensors tar "
    "wasm zip zst"
)
ATTRIBUTES = "".join(f"*.{end} filter=lfs diff=lfs merge=lfs -text\n" for end in LARGE.split())


async def create(request: Request) -> Response:
    """POST /api/repos/create"""
    body, caller = await bodies.json_object(request), caller_of(request)
    kind = _kind(body)
    owner = bodies.optional_text(body, "organization") or (caller.name if caller else "")
    caller = rights.require_creation(caller, kind, owner)
    repo_id = _new_id(request, kind, f"{owner}/{bodies.text(body, 'name')}")
    files = _first_files(body, kind, repo_id)
    now = datetime.now(UTC)
    first = Commit("initial commit", caller.name, now, {file.path: file for file in files})
    repo = Repo(kind, repo_id, now, {MAIN: [first]}, private=_is_private(body) or False)
    if kind == "space":
        repo.details |= _space_details(body, first)
    settings.set_environment(repo, body)
    metadata.refresh(repo)
    _add(request, repo)
    return JSONResponse(_answer(request, repo))


async def duplicate(request: Request, source: Repo, segments: list[str]) -> Response:
    """POST …/{id}/duplicate: the copy is as private as the original unless told otherwise."""
    body, caller = await bodies.json_object(request), caller_of(request)
    target = bodies.text(body, "repository")
    caller = rights.require_creation(caller, source.kind, target.partition("/")[0])
    is_private = _is_private(body)
    copied = replace(
        source,
        id=_new_id(request, source.kind, target),
        created_at=datetime.now(UTC),
        refs={ref: list(commits) for ref, commits in source.refs.items() if "/pr/" not in ref},
        private=source.private if is_private is None else is_private,
        gated=False,
        likes=0,
        downloads=0,
        downloads_all_time=0,
        trending_score=0,
        details=dict(source.details),
        granted=frozenset(),
        discussions=[],
        variables=dict(source.variables),
        secrets={},
    )
    if copied.kind == "space":
        copied.details["runtime"] = _runtime("BUILDING", body.get("hardware"), copied.head.oid)
    settings.set_environment(copied, body)
    _add(request, copied)
    return JSONResponse(_answer(request, copied))


async def move(request: Request) -> Response:
    """POST /api/repos/move: the old name leads to the new one from now on."""
    body, caller = await bodies.json_object(request), caller_of(request)
    kind = _kind(body)
    repo = find_repo(request, kind, bodies.text(body, "fromRepo"), caller)
    rights.require_management(caller, repo)
    target = bodies.text(body, "toRepo")
    rights.require_creation(caller, kind, target.partition("/")[0])
    hub: Hub = request.app.state.hub
    new_id = _new_id(request, kind, target)
    del hub.repos[kind, repo.id]
    hub.moved[kind, repo.id] = new_id
    repo.id = new_id
    _add(request, repo)
    return JSONResponse({})


async def delete(request: Request) -> Response:
    """DELETE /api/repos/delete"""
    body, caller = await bodies.json_object(request), caller_of(request)
    owner = bodies.optional_text(body, "organization") or (caller.name if caller else "")
    repo = find_repo(request, _kind(body), f"{owner}/{bodies.text(body, 'name')}", caller)
    rights.require_management(caller, repo)
    hub: Hub = request.app.state.hub
    del hub.repos[repo.kind, repo.id]
    return JSONResponse({})


def _kind(body: Body) -> Kind:
    name = body.get("type") or "model"
    for kind in KINDS:
        if kind == name:
            return kind
    raise errors.invalid(f'"type" must be one of [{", ".join(KINDS)}]')


def _is_private(body: Body) -> bool | None:
    visibility = bodies.optional_text(body, "visibility")
    if visibility not in (None, "private", "public", "protected"):
        raise errors.invalid('"visibility" must be one of [private, public, protected]')
    return bodies.flag(body, "private") if visibility is None else visibility == "private"


def _new_id(request: Request, kind: Kind, repo_id: str) -> str:
    owner, _, name = repo_id.partition("/")
    if not owner or not NAME.fullmatch(name):
        raise errors.invalid(
            "Repo name must use alphanumeric characters or '-', '_', '.', without '--' and '..', "
            "not start or end with '-' or '.', and have at most 96 of them"
        )
    hub: Hub = request.app.state.hub
    taken = {other.lower(): other for their_kind, other in hub.repos if their_kind == kind}
    if other := taken.get(repo_id.lower()):
        url = page_url(request, hub.repos[kind, other])
        raise HubError(409, f"You already created this {kind} repo", extra={"url": url})
    return repo_id


def _first_files(body: Body, kind: Kind, repo_id: str) -> list[File]:
    files = [File(".gitattributes", ATTRIBUTES.encode())]
    card: dict[str, Any] = {}
    if kind == "space":
        sdk = bodies.optional_text(body, "sdk")
        if sdk not in SDKS:
            raise errors.invalid(f'"sdk" must be one of [{", ".join(SDKS)}]')
        title = repo_id.rpartition("/")[2].replace("-", " ").title()
        colours = {"emoji": "🚀", "colorFrom": "blue", "colorTo": "green"}
        card = {"title": title, **colours, "sdk": sdk, "pinned": False}
    if license_name := bodies.optional_text(body, "license"):
        card["license"] = license_name
    if card:
        text = f"---\n{yaml.safe_dump(card, sort_keys=False, allow_unicode=True)}---\n"
        files.append(File("README.md", text.encode()))
    files += [
        File(bodies.text(file, "path"), (bodies.optional_text(file, "content") or "").encode())
        for file in bodies.objects(body, "files")
    ]
    return files


def _space_details(body: Body, first: Commit) -> dict[str, Any]:
    # One that comes with its app is not built here, it runs.
    runs = body.get("sdk") == "static" or "app.py" in first.files
    stage = "RUNNING" if runs else "NO_APP_FILE"
    runtime = _runtime(stage, body.get("hardware"), first.oid)
    return {"models": [], "datasets": [], "runtime": runtime}


def _runtime(stage: str, hardware: str | None, sha: str) -> dict[str, Any]:
    requested = hardware or "cpu-basic"
    return {
        "stage": stage,
        "hardware": {"current": requested if stage == "RUNNING" else None, "requested": requested},
        "storage": None,
        "gcTimeout": 172_800,
        "replicas": {"requested": 1},
        "devMode": False,
        "domains": [],
        "sha": sha,
    }


def _add(request: Request, repo: Repo) -> None:
    hub: Hub = request.app.state.hub
    hub.repos[repo.kind, repo.id] = repo
    hub.moved.pop((repo.kind, repo.id), None)


def _answer(request: Request, repo: Repo) -> dict[str, str]:
    url = page_url(request, repo)
    return {"url": url, "name": repo.id, "id": hex_id(repo.kind, repo.id)}
