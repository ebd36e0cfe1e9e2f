"""What of the stand-in Hub the public client does not show: viewer, ranges, headers, switches."""

import re
from collections.abc import Iterator
from uuid import uuid4

import httpx
import pytest

from tests.standins.hub.control import HubControl
from tests.standins.serve import Running


@pytest.fixture
def client(hub: Running) -> Iterator[httpx.Client]:
    """Somebody whom no other test is."""
    headers = {"Authorization": f"Bearer hf_user_{uuid4().hex}"}
    with httpx.Client(base_url=hub.url, headers=headers, trust_env=False) as client:
        yield client


@pytest.fixture
def token(client: httpx.Client) -> str:
    return client.headers["authorization"].removeprefix("Bearer ")


@pytest.fixture
def control(hub: Running) -> Iterator[HubControl]:
    control = HubControl(hub.url)
    yield control
    control.behave()


def viewer(client: httpx.Client, name: str, **params: object) -> httpx.Response:
    return client.get(f"/datasets-server/{name}", params=params)


def test_nobody_is_told_to_sign_in(hub: Running):
    answer = httpx.get(f"{hub.url}/api/whoami-v2")

    assert (answer.status_code, answer.json()) == (401, {"error": "Invalid username or password."})


def test_expired_token_is_refused_with_its_reason(hub: Running):
    answer = httpx.get(
        f"{hub.url}/api/models/acme/tiny-llm", headers={"Authorization": "Bearer hf_expired"}
    )

    assert answer.status_code == 401
    assert "is expired" in answer.headers["x-error-message"]


def test_repository_info_is_revalidated_by_etag(client: httpx.Client):
    first = client.get("/api/spaces/acme/image-maker")

    second = client.get(
        "/api/spaces/acme/image-maker", headers={"If-None-Match": first.headers["etag"]}
    )

    assert (first.status_code, second.status_code, second.content) == (200, 304, b"")


def test_pages_are_linked_and_keep_the_query(client: httpx.Client):
    params = [("limit", "1"), ("filter", "en"), ("filter", "text-to-image"), ("expand", "likes")]

    first = client.get("/api/models", params=params)
    second = client.get(first.links["next"]["url"])

    assert first.json()[0].keys() == second.json()[0].keys() == {"_id", "id", "likes"}
    assert first.json()[0]["id"] != second.json()[0]["id"]
    assert httpx.URL(first.links["next"]["url"]).params.get_list("filter") == [
        "en",
        "text-to-image",
    ]


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-0", 206, b"A"),
        ("bytes=2-7", 206, b"banana"),
        ("bytes=-7", 206, b"fruit.\n"),
        ("bytes=14-999", 206, b"fruit.\n"),
        ("bytes=99-", 416, b""),
        ("bytes=nonsense", 200, b"A banana is a fruit.\n"),
    ],
)
def test_serves_ranges(client: httpx.Client, asked: str, status: int, content: bytes):
    answer = client.get(
        "/acme/tiny-llm/resolve/main/notes.txt", headers={"Range": asked}, follow_redirects=True
    )

    assert (answer.status_code, answer.content) == (status, content)
    assert (status == 200) or answer.headers["content-range"].endswith("/21")


def test_large_files_are_stored_where_no_token_belongs(client: httpx.Client):
    sent_on = client.get("/acme/tiny-llm/resolve/main/model.safetensors")

    location = sent_on.headers["location"]
    assert sent_on.status_code == 302
    assert httpx.URL(location).host != client.base_url.host
    assert client.get(location).status_code == 400
    assert httpx.get(location, trust_env=False).headers["content-length"] == "30"


def test_trending_mixes_kinds_unless_told_which(client: httpx.Client):
    everything = client.get("/api/trending", params={"limit": 20}).json()["recentlyTrending"]
    spaces = client.get("/api/trending", params={"type": "space"}).json()["recentlyTrending"]

    assert {item["repoType"] for item in everything} > {"space"}
    assert {item["repoType"] for item in spaces} == {"space"}


def test_viewer_shows_configs_splits_and_rows(client: httpx.Client):
    splits = viewer(client, "splits", dataset="acme/multi").json()["splits"]
    size = viewer(client, "size", dataset="acme/multi").json()["size"]
    page = viewer(
        client, "rows", dataset="acme/multi", config="de-en", split="test", offset=118, length=5
    ).json()

    assert len({split["config"] for split in splits}) == 3
    assert size["dataset"]["num_rows"] == sum(split["num_rows"] for split in size["splits"])
    assert [row["row_idx"] for row in page["rows"]] == [118, 119]
    assert page["rows"][0]["row"]["translation"]["de"] == "Guten Morgen 118"


def test_viewer_cuts_very_long_cells(client: httpx.Client):
    rows = viewer(client, "rows", dataset="acme/long-cell", config="default", split="train")

    assert [(len(row["row"]["text"]), row["truncated_cells"]) for row in rows.json()["rows"]] == [
        (20, []),
        (80_000, []),
        (100_000, ["text"]),
    ]


@pytest.mark.parametrize(
    ("name", "params", "status"),
    [
        ("splits", {}, 422),
        ("splits", {"dataset": "acme/no-such-dataset"}, 404),
        ("splits", {"dataset": "alice/diary"}, 404),
        ("splits", {"dataset": "acme/gated-data"}, 404),
        ("splits", {"dataset": "acme/noviewer"}, 501),
        ("rows", {"dataset": "acme/squad", "config": "x", "split": "train"}, 404),
        ("rows", {"dataset": "acme/squad", "config": "plain_text"}, 422),
    ],
)
def test_viewer_refuses(client: httpx.Client, name: str, params: dict[str, str], status: int):
    answer = viewer(client, name, **params)

    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_faults_answer_as_often_as_told(client: httpx.Client, control: HubControl, token: str):
    control.misbehave("^/api/models", status=429, token=token, times=2)

    answers = [client.get("/api/models") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [429, 429, 200]
    assert answers[0].headers["retry-after"] == "55"


def test_faults_cut_an_answer_short(client: httpx.Client, control: HubControl, token: str):
    control.misbehave("^/api/models", cut=True, token=token, times=1)

    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/api/models")


def test_faults_make_an_answer_late(client: httpx.Client, control: HubControl, token: str):
    control.misbehave("^/api/models", delay=30, token=token, times=1)

    with pytest.raises(httpx.ReadTimeout):
        client.get("/api/models", timeout=0.2)


def test_faults_answer_what_they_are_told(client: httpx.Client, control: HubControl, token: str):
    control.misbehave("/api/", status=502, body="<h1>Bad gateway</h1>", token=token, times=1)

    answer = client.get("/api/whoami-v2")

    assert (answer.status_code, answer.text) == (502, "<h1>Bad gateway</h1>")
    assert answer.headers["content-type"].startswith("text/html")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/trending"),
        ("GET", "/api/daily_papers"),
        ("GET", "/api/papers/search?q=x"),
        ("GET", "/api/papers/2502.02737"),
        ("GET", "/papers/2502.02737.md"),
        ("GET", "/api/arxiv/2502.02737/repos"),
        ("GET", "/api/docs"),
        ("GET", "/docs/hub/llms.txt"),
        ("GET", "/docs/hub/index.md"),
        ("GET", "/api/docs/search?q=x"),
        ("GET", "/api/docs/search/full-text?q=x"),
        ("GET", "/api/collections"),
        ("GET", "/api/collections/acme/x/history"),
        ("POST", "/api/repos/create"),
        ("POST", "/api/spaces/acme/demo/duplicate"),
        ("POST", "/api/models/acme/demo/preupload/main"),
        ("POST", "/acme/demo.git/info/lfs/objects/batch"),
        ("PUT", "/_uploads/0"),
        ("POST", "/api/models/acme/demo/commit/main"),
        ("GET", "/api/buckets/acme"),
        ("GET", "/api/buckets/acme/files/tree"),
        ("GET", "/buckets/acme/files/resolve/README.md"),
        ("POST", "/api/buckets/acme/files/batch"),
        ("POST", "/_cas/v1/shards"),
        ("GET", "/api/jobs/alice"),
        ("GET", "/api/jobs/alice/0/logs"),
        ("GET", "/api/jobs/hardware"),
        ("GET", "/api/scheduled-jobs/alice"),
        ("GET", "/_jobs/0--49983.hf.jobs/health"),
    ],
)
def test_faults_reach_every_endpoint(
    client: httpx.Client, control: HubControl, token: str, method: str, path: str
):
    control.misbehave(f"^{re.escape(path)}$", method=method, status=503, token=token, times=1)

    assert client.request(method, path).status_code == 503


def test_log_tells_whose_token_came_and_not_the_token(
    client: httpx.Client, control: HubControl, token: str
):
    client.get("/api/models", params={"limit": 1})

    [entry] = control.requests("^/api/models$", token=token)
    assert (entry["method"], entry["query"], entry["status"]) == ("GET", "limit=1", 200)
    assert token not in str(control.requests())


def test_names_every_request(client: httpx.Client):
    ids = {client.get(path).headers["x-request-id"] for path in ("/api/models", "/nowhere")}

    assert len(ids) == 2
