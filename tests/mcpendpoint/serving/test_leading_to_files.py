"""A call of a Space's tool that lacks a file leads the person to a page, and goes on by itself."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from mcp_types import ElicitResult

from accounts.space_prefixes import url_space_prefix
from tests.live.people import post_form
from tests.mcpendpoint.serving.asked import (
    ERAS,
    SECONDS,
    TAKES_FORMS,
    TAKES_URLS,
    accepted,
    connected,
    send,
)
from tests.mcpendpoint.wire import Json, Wire

MAKER = "acme/image-maker"
DESCRIBE = f"{url_space_prefix(MAKER)}describe_file"
STORY = b"once upon a time"


@dataclass
class Owner:
    person: Any
    browser: httpx.Client
    url: str

    @property
    def wire(self) -> Wire:
        return Wire(self.url, self.person.token)

    def call(self, arguments: Json | None = None) -> Json:
        return self.wire.call(DESCRIBE, arguments or {})["result"]

    def ask(self, arguments: Json | None = None, capabilities: Json = TAKES_URLS, **more) -> Json:
        return send(self.wire, arguments or {}, capabilities, tool=DESCRIBE, **more)["result"]

    def give(self, url: str, content: bytes = STORY) -> httpx.Response:
        """Without JavaScript."""
        path = httpx.URL(url).path
        token = {"csrfmiddlewaretoken": self.browser.cookies["csrftoken"]}
        headers = {"Referer": str(self.browser.base_url)}
        files = {"file": ("story.txt", content)}
        return self.browser.post(path, data=token, files=files, headers=headers)

    def refuse(self, url: str) -> httpx.Response:
        return post_form(self.browser, httpx.URL(url).path, {"decision": "refuse"})


@pytest.fixture
def owner(product, space, settled_user) -> Owner:
    person, browser = settled_user("hf_whoami")
    owner = Owner(person, browser, f"{product.url}/mcp?gradio={MAKER}")
    assert DESCRIBE in owner.wire.tools()  # a product that has just started knows it by then
    return owner


@dataclass
class GoingThere:
    """A person who goes where the client leads them, and gives what is asked for."""

    owner: Owner
    does: str = "give"
    action: str = "accept"
    pages: list[str] = field(default_factory=list)

    async def __call__(self, context: Any, params: Any) -> ElicitResult:
        self.pages.append(self.owner.browser.get(httpx.URL(params.url).path).text)
        if self.does:
            getattr(self.owner, self.does)(params.url)
        return ElicitResult(action=self.action)


def text_of(result: Json) -> str:
    return result["content"][0]["text"]


def address_in(result: Json) -> str:
    assert result["isError"], result
    return re.search(r"http://\S+/files/asked/\w+/", text_of(result))[0]


def url_of(asked: Json) -> str:
    (request,) = asked["inputRequests"].values()
    assert request["params"]["mode"] == "url"
    return request["params"]["url"]


@pytest.mark.parametrize("era", ERAS)
@pytest.mark.parametrize("arguments", [{}, {"file": "/Users/ann/story.txt"}, {"file": "story.txt"}])
async def test_the_person_gives_it_at_the_page_and_the_call_goes_on(owner, era, arguments):
    there = GoingThere(owner)

    async with connected(owner, era, there) as client:
        result = await client.call_tool(DESCRIBE, arguments)

    assert "16 bytes, beginning with b'once upon a time'" in result.content[0].text
    (page,) = there.pages
    assert "Your assistant needs a file" in page
    assert DESCRIBE in page and MAKER in page


@pytest.mark.parametrize("era", ERAS)
async def test_a_person_who_gives_nothing_is_not_asked_again(owner, era):
    async with connected(owner, era, GoingThere(owner, "refuse")) as client:
        for _ in range(2):
            result = await client.call_tool(DESCRIBE, {})
            assert "does not want to give" in result.content[0].text


@pytest.mark.parametrize("era", ERAS)
async def test_who_does_not_go_there_is_told_the_address(owner, era):
    async with connected(owner, era, GoingThere(owner, "", "decline")) as client:
        result = await client.call_tool(DESCRIBE, {})

    address_in(result.model_dump(by_alias=True))


@pytest.mark.parametrize(
    "path",
    [
        "/Users/ann/cat.png",
        "C:\\Users\\ann\\cat.png",
        "file:///home/ann/cat.png",
        "~/cat.png",
        "cat.png",
    ],
)
def test_a_client_that_cannot_ask_is_told_the_address_and_what_else_works(owner, product, path):
    told = owner.call({"file": path})
    assert "upload_file" in text_of(told) and "https://" in text_of(told)
    assert "cannot be read from here" in text_of(told)

    owner.give(address_in(told))
    assert "16 bytes" in text_of(owner.call({"file": path}))

    # It was given for one call.
    assert address_in(owner.call({"file": path})) != address_in(told)


def test_a_client_that_asks_by_forms_alone_is_told_the_address(owner):
    address_in(owner.ask(capabilities=TAKES_FORMS))


def test_the_call_waits_while_the_person_is_at_the_page(owner):
    asked = owner.ask()
    with ThreadPoolExecutor(1) as threads:
        going_on = threads.submit(owner.ask, **accepted(asked))
        with pytest.raises(TimeoutError):
            going_on.result(timeout=1.5)
        assert address_in(owner.ask(**accepted(asked))) == url_of(asked)
        owner.give(url_of(asked))

        assert "16 bytes" in text_of(going_on.result(timeout=SECONDS))


def test_what_is_here_already_can_be_given(owner):
    kept = owner.give(address_in(owner.call()))
    assert "Given" in kept.text
    again = address_in(owner.call({"file": "other.txt"}))
    handle = re.search(
        r'name="handle" value="(file://[^"]+)"', owner.browser.get(httpx.URL(again).path).text
    )[1]

    post_form(owner.browser, httpx.URL(again).path, {"handle": handle})

    assert "16 bytes" in text_of(owner.call({"file": "other.txt"}))


def test_nobody_else_can_see_or_answer_it(owner, product, settled_user):
    url = address_in(owner.call())
    stranger, browser = settled_user("hf_whoami")
    other = Owner(stranger, browser, owner.url)

    assert browser.get(httpx.URL(url).path).status_code == 404
    assert other.give(url).status_code == 404
    assert other.refuse(url).status_code == 404
    assert httpx.get(url).status_code == 302
    assert address_in(other.call()) != url
    address_in(owner.call())


def test_a_file_of_another_cannot_be_given(owner, settled_user):
    stranger, browser = settled_user("hf_whoami")
    other = Owner(stranger, browser, owner.url)
    other.give(address_in(other.call()))
    handle = re.search(r"file://\w+/story.txt", browser.get("/files/").text)[0]
    url = address_in(owner.call())

    answer = post_form(owner.browser, httpx.URL(url).path, {"handle": handle})

    assert answer.status_code == 409
    address_in(owner.call())


def test_an_empty_form_asks_for_a_file(owner):
    url = address_in(owner.call())

    answer = post_form(owner.browser, httpx.URL(url).path, {})

    assert (answer.status_code, "Choose a file first" in answer.text) == (400, True)


def test_nobody_is_asked_for_a_file_of_a_call_that_fails_all_the_same(owner):
    tool = f"{url_space_prefix(MAKER)}make_image"

    assert "prompt" in text_of(owner.wire.call(tool, {})["result"])


def test_without_an_account_a_path_is_refused_before_it_leaves(owner, new_user):
    for token in (None, new_user().token):
        told = Wire(owner.url, token).call(DESCRIBE, {"file": "/Users/ann/a.png"})["result"]

        assert "path of the person's computer" in text_of(told)
        assert "/files/" in text_of(told)
