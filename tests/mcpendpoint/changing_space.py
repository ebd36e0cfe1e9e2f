"""A Space of somebody's own that says of its tools what a test tells it to."""

import copy
import re

from tests import loopback
from tests.live.people import post_form

SCHEMA = "gradio_api/mcp/schema"


def _create(hub, person):
    app = {"path": "app.py", "content": "import gradio"}
    repo = {"type": "space", "name": "private-space", "sdk": "gradio", "files": [app]}
    headers = {"Authorization": f"Bearer {person.token}"}
    url = f"{hub.url}/api/repos/create"
    loopback.shared.post(url, json={"private": True, **repo}, headers=headers).raise_for_status()


class ChangingSpace:
    """`person`'s private Space at the stand-in, as `browser` sees it on the settings page."""

    def __init__(self, person, browser, hub, front):
        self.person = person
        self.space_id = f"{person.name}/private-space"
        self.browser = browser
        self._front = front.url
        self._subdomain = self.space_id.replace("/", "-")
        _create(hub, person)
        known = loopback.shared.get(f"{front.url}/s/acme-image-maker/{SCHEMA}").json()
        self.tools = {
            tool["name"]: tool for tool in known if tool["name"] in ("greet", "whoami", "plan_trip")
        }
        self.tell()

    def tell(self):
        """Let the Space say what `tools` has now."""
        url = f"{self._front}/_tools/{self._subdomain}"
        loopback.shared.put(url, json=list(self.tools.values())).raise_for_status()

    def describe(self, name, description):
        self.tools[name]["description"] = description

    def change(self, name="greet", description="Greet somebody else."):
        self.describe(name, description)
        self.notice()

    def begin(self, name, like="greet"):
        self.tools[name] = {**copy.deepcopy(self.tools[like]), "name": name}

    def add_parameter(self, name, parameter, **schema):
        self.tools[name]["inputSchema"]["properties"][parameter] = {"type": "string", **schema}

    def notice(self):
        """Have the server look at the Space anew, once it says what `tools` has now."""
        self.tell()
        return self.page("?again")

    def page(self, query=""):
        answer = self.browser.get(f"/settings/spaces/{self.space_id}/{query}")
        return answer.raise_for_status().text

    def submit(self, name, **form):
        path = f"/settings/spaces/{name}/"
        return post_form(self.browser, path, {"space_id": self.space_id, **form}).text

    def add(self):
        self.submit("add")
        return self

    def pins(self, page=None):
        return re.findall(r'name="pins" value="(\w+)"', page or self.page())

    def agree(self, page=None):
        return self.submit("agree", pins=sorted(set(self.pins(page))))

    def take_over(self, choice):
        return self.submit("take-over", takes_over=choice)
