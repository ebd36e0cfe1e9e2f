"""One person: what they have at Hugging Face and here, and every credential they can come with."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import uuid4

import httpx

from tests.accounts.authorization import live
from tests.accounts.authorization.live import LiveApp
from tests.live.isolation.ledger import Ledger
from tests.live.listening import Listener
from tests.live.people import HTML, JUST_DO_IT, Person, post_form
from tests.mcpendpoint.wire import Json, Wire, message_of

READERS = ("hub_repo_search", "hub_repo_details", "hf_fs")
SPACE = "private-space"


def new_word(kind: str) -> str:
    return f"{kind}-{uuid4().hex[:12]}"


class Visitor:
    """Somebody without a credential; everything that they are sent is looked through."""

    def __init__(
        self, name: str, workers: Sequence[str], ledger: Ledger, transport: httpx.HTTPTransport
    ) -> None:
        self.name = name
        self.workers = workers
        self.ledger = ledger
        self.rng = Random(name)
        # All share the connections, as they do behind a proxy.
        self.http = self._client(transport)
        self.browser = self._client(transport, follow_redirects=True, headers=HTML)

    def _client(self, transport: httpx.HTTPTransport, **options: Any) -> httpx.Client:
        look = {"response": [self._look]}
        base = self.workers[0]
        return httpx.Client(transport=transport, event_hooks=look, base_url=base, **options)

    def _look(self, response: httpx.Response) -> None:
        # Whoever is no admin gets nothing there: every step that goes there says so.
        is_for_admins = response.request.url.path.startswith(("/dashboard/", "/api/"))
        self.ledger.look_through(self.name, response, is_for_admins=is_for_admins)

    @property
    def worker(self) -> str:
        """Return the address of any of them."""
        return self.rng.choice(self.workers)

    def credential(self) -> str | None:
        return None

    def own_path(self, query: str = "") -> str:
        return f"/mcp{query}"

    def wire(self, path: str = "/mcp?gradio=none", worker: str | None = None) -> Wire:
        """Connect with one of the credentials, at one of the workers."""
        return Wire(f"{worker or self.worker}{path}", self.credential(), self.http)

    def call(self, wire: Wire, tool: str, arguments: Json | None = None) -> Json:
        """Call a tool in either era; return the whole answer."""
        if self.rng.random() < 0.5:
            return wire.call(tool, arguments)
        return message_of(wire.modern("tools/call", {"name": tool, "arguments": arguments or {}}))

    def visit(self, path: str, **options: Any) -> httpx.Response:
        return self.browser.get(f"{self.worker}{path}", **options)

    @property
    def cookies(self) -> dict[str, str]:
        """Return the header that a socket is opened with."""
        return {}


@dataclass
class ConnectedApp:
    name: str
    client: LiveApp
    tokens: dict[str, Any]


@dataclass
class Saved:
    """A selection of this person's, unlike anybody else's, and where it was saved last."""

    choices: tuple[frozenset[str], frozenset[str]]
    now: frozenset[str] = frozenset()
    worker: str = ""


@dataclass
class Belongings:
    repo: str = field(default_factory=lambda: new_word("vault"))
    bucket: str = field(default_factory=lambda: new_word("bucket"))
    inside: str = field(default_factory=lambda: new_word("inside"))
    """What stands in their files, and so in no request."""


class Tenant(Visitor):
    def __init__(
        self,
        person: Person,
        choices: tuple[frozenset[str], frozenset[str]],
        workers: Sequence[str],
        ledger: Ledger,
        transport: httpx.HTTPTransport,
    ) -> None:
        super().__init__(person.name, workers, ledger, transport)
        self.person = person
        self.saved = Saved(choices)
        self.has = Belongings()
        self.keys: dict[str, str] = {}
        self.apps: list[ConnectedApp] = []
        self.job_ids: list[str] = []
        self.approvals: list[str] = []
        """Paths of the pages where this person decides."""
        self.calls: list[tuple[str, str]] = []
        """Sessions, and in each the id of the first event of a call."""
        self.sse_addresses: list[str] = []
        self.files: list[str] = []
        """Handles of files that they have or had."""
        self.file_links: list[str] = []
        """Paths of signed links, which are for everybody who has one."""
        self.sent: list[tuple[Json, str]] = []
        """Arguments of calls with files of their clients, and the states of these."""
        self.questions: list[str] = []
        """Paths of pages that asked for a file."""
        self.webhooks: list[str] = []
        """Paths of those that they have or had."""
        self.streams: list[Listener] = []
        self.numbers_seen: list[int] = []
        """By which the pages here know their keys and apps."""
        ledger.note(self.name, self.name, person.hf_id, told_to_admins=True)
        ledger.note(self.name, person.token, self.has.repo, self.has.bucket, self.has.inside)

    @property
    def space_id(self) -> str:
        return f"{self.name}/{SPACE}"

    @property
    def repo_id(self) -> str:
        return f"{self.name}/{self.has.repo}"

    def credential(self) -> str:
        tokens = [app.tokens["access_token"] for app in self.apps]
        return self.rng.choice([self.person.token, *self.keys.values(), *tokens])

    def own_path(self, query: str = "") -> str:
        """Return either of the two addresses that this person may use."""
        return self.rng.choice(["/mcp", f"/u/{self.name}/mcp"]) + query

    def move_in(self, hub_url: str) -> None:
        self._fill_the_hub(hub_url)
        self.settle()

    def settle(self) -> None:
        self.sign_in()
        self.choose(self.saved.choices[0])
        self.add_space()
        self.create_key()
        self.connect_app()

    def hang_up(self) -> None:
        for stream in self.streams:
            stream.close()

    def _fill_the_hub(self, hub_url: str) -> None:
        headers = {"Authorization": f"Bearer {self.person.token}"}
        readme = {"path": "README.md", "content": f"# Private\n\n{self.has.inside}\n"}
        app = {"path": "app.py", "content": f"# {self.has.inside}\n"}
        repos = [
            {"type": "model", "name": self.has.repo, "files": [readme]},
            {"type": "dataset", "name": self.has.repo, "files": [readme]},
            {"type": "space", "name": SPACE, "sdk": "gradio", "files": [app]},
        ]
        with httpx.Client(base_url=hub_url, headers=headers, trust_env=False) as hub:
            for repo in repos:
                hub.post("/api/repos/create", json={"private": True, **repo}).raise_for_status()
            bucket = f"/api/buckets/{self.name}/{self.has.bucket}"
            hub.post(bucket, json={"visibility": "private"}).raise_for_status()

    def submit(self, path: str, data: dict[str, Any], worker: str = "") -> httpx.Response:
        """Post a form as one's page would, at a worker."""
        return post_form(self.browser, f"{worker or self.worker}{path}", data)

    def sign_in(self) -> None:
        self.browser.cookies.clear()
        self.visit("/sign-in/")
        answer = self.submit("/sign-in/", {"token": self.person.token})
        assert self.name in answer.text
        self.ledger.note(self.name, self.browser.cookies["sessionid"])

    def choose(self, tools: frozenset[str]) -> None:
        worker = self.worker
        ticks = {"tools": sorted(tools), "include_images": "on", "urls_may_write": "on"}
        approvals = {**JUST_DO_IT, "approve_delete": "ask"}
        assert self.submit("/settings/approvals/", approvals, worker).status_code == 200
        assert self.submit("/settings/tools/", ticks, worker).status_code == 200
        self.saved.now, self.saved.worker = tools, worker

    def add_space(self) -> None:
        worker = self.worker
        page = self.submit("/settings/spaces/add/", {"space_id": self.space_id}, worker)
        assert f"{self.space_id} was added" in page.text, page.text
        self.saved.worker = worker

    def create_key(self) -> None:
        name = new_word("key")
        self.ledger.note(self.name, name, told_to_admins=True)
        form = {"name": name, "scopes": ["mcp:read", "mcp:spaces"], "days": "30"}
        page = self.submit("/settings/keys/", form)
        self.keys[name] = re.search(r"hfmcp_[\w-]{40,}", page.text)[0]
        self.ledger.note(self.name, self.keys[name])

    def connect_app(self) -> None:
        name = new_word("app")
        self.ledger.note(self.name, name, told_to_admins=True)
        base = self.workers[0]  # the one whose address is the issuer
        client = live.register(base, self.http, client_name=name)
        code = client.code(self.browser, resource=[], scope="mcp:read mcp:spaces")
        tokens = client.at(self.worker).redeem(code).json()
        self._note_tokens(tokens)
        self.apps.append(ConnectedApp(name, client, tokens))

    def refresh_app(self, app: ConnectedApp) -> None:
        app.tokens = app.client.at(self.worker).refresh(app.tokens["refresh_token"]).json()
        self._note_tokens(app.tokens)

    def _note_tokens(self, tokens: dict[str, Any]) -> None:
        self.ledger.note(self.name, tokens["access_token"], tokens["refresh_token"])

    def numbers_of(self, what: str) -> dict[str, int]:
        """Return the numbers of one's own keys or apps by name."""
        page = self.visit("/settings/apps/").text
        found = re.findall(
            rf"<strong>([\w-]+)</strong>(?:(?!<strong>).)*?/{what}/(\d+)/", page, re.S
        )
        numbers = {name: int(number) for name, number in found}
        self.numbers_seen = [*self.numbers_seen, *numbers.values()]
        return numbers

    @property
    def cookies(self) -> dict[str, str]:
        return {"Cookie": f"sessionid={self.browser.cookies['sessionid']}"}
