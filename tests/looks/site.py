"""A server with something on every page, and the addresses of its pages for each who looks."""

import re
from contextlib import closing
from dataclasses import dataclass

import httpx

from tests.accounts.authorization import live
from tests.live.people import Person, post_form, sign_in
from tests.live.product import Product
from tests.mcpendpoint.wire import Wire

SPACE = "acme/asleep"
LINK = "bouquet=search&gradio=acme/asleep"
GROUP = {
    "name": "Students",
    "description": "Who learns",
    "tools_offered": "all",
    "spaces_offered": "all",
    "first_tools": "all",
    "first_spaces": "all",
    **{f"approve_{kind}": "allow" for kind in ("delete", "publish", "spend")},
}
RULE = {"figure": "error_rate", "threshold": "20", "window_minutes": "15", "least": "50"}
BLOCK = {"kind": "client", "subject": "Old", "reason": "A fault", "lasts": "undone"}
HOOK = {"kind": "webhook", "address": "https://hooks.example.org/a-secret"}
ASK = {f"approve_{kind}": "ask" for kind in ("delete", "publish", "spend")}


@dataclass(frozen=True)
class Site:
    product: Product
    person: Person
    """Who has one of everything, and may do everything."""
    consent: str
    """Where a client asks for access."""
    approval: str
    """Where a call waits."""

    @property
    def url(self) -> str:
        return self.product.url


def furnish(product: Product, person: Person) -> Site:
    with closing(sign_in(product, person.token)) as browser:
        choose(browser)
        administer(browser)
        approval = use(product, person, browser)
    client = live.register(product.url)
    return Site(product, person, client.authorize_url(), approval)


def choose(browser: httpx.Client) -> None:
    form = {"tools": ["hf_whoami", "hub_repo_search", "create_repo"], "include_images": "on"}
    post_form(browser, "/settings/tools/", form).raise_for_status()
    post_form(browser, "/settings/approvals/", ASK).raise_for_status()
    post_form(browser, "/settings/spaces/add/", {"space_id": SPACE}).raise_for_status()
    post_form(
        browser, "/settings/keys/", {"name": "Laptop", "scopes": "mcp:read"}
    ).raise_for_status()
    post_form(browser, "/settings/profiles/", {"name": "team", "source": ""}).raise_for_status()
    post_form(browser, "/settings/webhook/", {}).raise_for_status()
    post_form(browser, "/settings/alerts/receivers/", HOOK).raise_for_status()


def administer(browser: httpx.Client) -> None:
    group = post_form(browser, "/dashboard/people/groups/new/", GROUP)
    post_form(browser, group.url.path, {"who": "org:acme"}).raise_for_status()
    post_form(browser, "/dashboard/alerts/rules/", RULE).raise_for_status()
    post_form(browser, "/dashboard/alerts/receivers/", HOOK).raise_for_status()
    post_form(browser, "/dashboard/blocks/", BLOCK).raise_for_status()
    post_form(browser, "/dashboard/people/invitations/", {"who": "org:acme"}).raise_for_status()


def use(product: Product, person: Person, browser: httpx.Client) -> str:
    """Make calls that go well, fail and wait; return where the last one waits."""
    wire = Wire(f"{product.url}/mcp", person.token)
    wire.call("hub_repo_search", {"query": "llm"})
    wire.call("hub_repo_search", {"query": 1})
    wire.call("create_repo", {"uri": f"hf://models/{person.name}/things"})
    waiting = browser.get("/settings/approvals/").text
    return re.findall(r'"(/approvals/[\w-]{20,}/)"', waiting)[0]


SIGNED_OUT = (
    *("/", "/sign-in/", "/mcp", "/connect/", "/connect/claude-code/", "/connect/chatgpt/"),
    *("/connect/url/", "/tools/", "/sse", "/there/is/none"),
)
SETTINGS = (
    *("/", "/mcp", "/connect/", "/connect/claude-code/", "/connect/cursor/", "/connect/url/"),
    *(
        f"/settings/{name}"
        for name in (
            *(
                "",
                "tools/",
                "spaces/",
                f"spaces/{SPACE}/",
                "spaces/search/?q=acme",
                "approvals/",
                "profiles/",
                "apps/",
            ),
            *("permissions/", "webhook/", "alerts/", "alerts/digest/", "activity/"),
            *("account/", "account/remove/", "sign-out-everywhere/"),
        )
    ),
    *(f"/profiles/add/?{LINK}", "/files/", "/tools/", "/tools/hub_repo_search/"),
    *("/tools/create_repo/", "/there/is/none"),
)
DASHBOARD = tuple(
    f"/dashboard/{name}"
    for name in (
        *("", "methods/", "tools/", "clients/", "spaces/", "hub/", "errors/", "audit/"),
        *("tool/?name=hub_repo_search", "client/?name=unknown", f"space/?name={SPACE}"),
        *("alerts/", "alerts/digest/", "alerts/rules/1/", "blocks/", "blocks/?show=past"),
        *("blocks/1/undo/", "people/", "people/1/", "people/1/sign-out/"),
        *("people/roles/", "people/roles/take/", "people/invitations/", "people/groups/"),
        *("people/groups/new/", "people/groups/1/", "people/groups/1/edit/"),
        *("people/groups/1/delete/", "people/groups/preview/"),
    )
)
FORMS = (
    ("/sign-in/", "form:has([name=token])", "?"),
    ("/settings/profiles/", "form:has([name=source])", "?"),
    ("/settings/apps/", "#keys form:has([name=name])", ""),
    ("/settings/alerts/", "form:has([name=address])", "?"),
    ("/dashboard/alerts/", "form:has([name=threshold])", ""),
    ("/dashboard/blocks/", ".block-form form", "?"),
    ("/dashboard/people/invitations/", ".block-form form", "?"),
    ("/dashboard/people/groups/new/", ".group-form", ""),
    ("/dashboard/people/groups/1/", "form:has([name=who]:not([type=hidden]))", "?"),
)
"""Pages, which of their forms to send, and what is wrong to type in all of its fields."""
