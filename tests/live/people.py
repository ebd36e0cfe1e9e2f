"""People who sign in to a live product."""

from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from uuid import uuid4

import httpx

from accounts.catalogue import catalogue
from tests import loopback
from tests.live.product import Product

HTML = {"Accept": "text/html,*/*;q=0.8"}
"""What browsers accept. Where pages and streams share an address, this gets the page."""


@dataclass(frozen=True)
class Person:
    """Somebody whom the stand-in Hub knows, because it knows every `hf_user_<name>`."""

    name: str

    @property
    def token(self) -> str:
        return f"hf_user_{self.name}"

    @property
    def hf_id(self) -> str:
        return sha256(self.name.encode()).hexdigest()[:24]


def new_user() -> Person:
    return Person(f"user-{uuid4().hex[:12]}")


def sign_in(product: Product, token: str) -> httpx.Client:
    """Sign in by pasting a Hugging Face token; return the browser, in effect."""
    client = loopback.client(base_url=product.url, follow_redirects=True, headers=HTML)
    client.get("/sign-in/").raise_for_status()
    answer = post_form(client, "/sign-in/", {"token": token})
    if "sessionid" not in client.cookies:
        raise AssertionError(f"not signed in: {answer.status_code} {answer.text[:2000]}")
    return client


JUST_DO_IT = {f"approve_{kind}": "allow" for kind in ("delete", "publish", "spend")}
"""Of the form of approvals: nobody is asked before a call."""


def let_urls_write(product: Product, token: str) -> None:
    """Sign a person in, keep the default tools, and let URLs switch on what writes or spends, which
    is done without a question."""
    with closing(sign_in(product, token)) as browser:
        form = {"tools": sorted(catalogue.default_tools), "include_images": "on"}
        post_form(browser, "/settings/approvals/", {**JUST_DO_IT}).raise_for_status()
        answer = post_form(browser, "/settings/tools/", {**form, "urls_may_write": "on"})
        answer.raise_for_status()


def post_form(
    client: httpx.Client, path: str, data: dict[str, str | list[str]], **headers: str
) -> httpx.Response:
    """Post a form as its page would, with the CSRF token of the session."""
    return client.post(
        path,
        data={**data, "csrfmiddlewaretoken": client.cookies["csrftoken"]},
        headers={"Referer": str(client.base_url.join(path)), **headers},
    )
