import asyncio
import gzip

import pytest

from mcpendpoint.hub import downloads, errors
from mcpendpoint.hub.client import HubClient
from tests.accounts.outgoing.strangers import OK, saying, stranger
from tests.mcpendpoint.hub_side import fresh_token
from tests.standins.hub.journal import digest
from tests.standins.hub.seed.odd_files import files

FILES = files()
NOTES = "/acme/tiny-llm/resolve/main/notes.txt"
POSTER = "/acme/tiny-llm/resolve/main/images/poster.png"
DIARY = "/datasets/alice/diary/resolve/main/README.md"


async def part(path=NOTES, offset=0, length=1000, token=None):
    return await HubClient(token).get_bytes(path, offset=offset, length=length)


def redirect(hub_side, path, location, status=302):
    hub_side.break_at(path, status=status, headers={"Location": location})


async def test_a_small_file_comes_from_the_hub_itself_with_the_token(hub_side):
    token = fresh_token()

    found = await part(token=token)

    assert (found.content, found.size) == (b"A banana is a fruit.\n", 21)
    asked = hub_side.asked()
    assert [entry["path"].split("/")[1] for entry in asked] == ["acme", "api"]
    assert {entry["token"] for entry in asked} == {digest(token)}


async def test_a_large_file_comes_from_storage_without_the_token(hub_side):
    found = await part(POSTER, 1_000_000, 5_000, token=fresh_token())

    content = FILES["images/poster.png"].content
    assert (found.content, found.size) == (content[1_000_000:1_005_000], len(content))
    hub, storage = hub_side.asked()
    assert hub["has_authorization"]
    assert storage["path"].startswith("/_storage/")
    assert not storage["has_authorization"]


@pytest.mark.parametrize(
    ("offset", "length", "expected"),
    [(0, 8, b"A banana"), (2, 6, b"banana"), (14, 100, b"fruit.\n"), (21, 9, b""), (999, 9, b"")],
)
async def test_a_part_ends_where_the_file_does(hub_side, offset, length, expected):
    found = await part(offset=offset, length=length)

    assert (found.content, found.size) == (expected, 21)


async def test_an_empty_file_is_a_file(hub_side):
    found = await part("/acme/tiny-llm/resolve/main/empty.txt")

    assert (found.content, found.size) == (b"", 0)


async def test_a_file_of_a_renamed_repository_is_found_under_its_old_name(hub_side):
    found = await part("/gpt2/resolve/main/README.md")

    assert b"gpt2" in found.content


@pytest.mark.parametrize(
    ("path", "token", "expected"),
    [
        ("/acme/tiny-llm/resolve/main/nothing.txt", None, errors.HubNotFound),
        ("/acme/tiny-llm/resolve/no-branch/notes.txt", None, errors.HubNotFound),
        ("/acme/gated/resolve/main/config.json", None, errors.HubGated),
        ("/acme/gated/resolve/main/config.json", "hf_bob", errors.HubGated),
        (DIARY, None, errors.HubNotSignedIn),
        (DIARY, "hf_bob", errors.HubNotFound),
        (NOTES, "hf_expired", errors.HubTokenRefused),
    ],
)
async def test_what_cannot_be_read_says_why(hub_side, path, token, expected):
    with pytest.raises(expected):
        await part(path, token=token)


async def test_a_private_file_reaches_only_the_token_that_got_it(hub_side):
    found = await part(DIARY, token="hf_alice")

    assert b"diary" in found.content.lower()
    with pytest.raises(errors.HubNotFound):
        await part(DIARY, token="hf_bob")
    with pytest.raises(errors.HubNotSignedIn):
        await part(DIARY)


async def test_the_same_part_is_asked_for_once(hub_side):
    await asyncio.gather(*(part() for _ in range(5)))
    await part()

    assert len(hub_side.asked(NOTES)) == 1


@pytest.mark.parametrize(
    "location",
    [
        "http://93.184.216.34/x",
        "http://10.0.0.1/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[::ffff:10.0.0.1]/x",
        "https://[fe80::1]/x",
        "https://0.0.0.0/x",
        "https://224.0.0.1/x",
        "https://2130706433:99999/x",
        "https://name:password@127.0.0.1/x",
        "//[bad",
        "file:///etc/passwd",
        "ftp://127.0.0.1/x",
        "javascript:alert(1)",
        "https://93.184.216.34:8443/x",
        "https://93.184.216.34:22/x",
        "https://192.0.0.8/x",
        "https://192.88.99.1/x",
    ],
)
async def test_only_storage_on_the_internet_is_followed_or_on_loopback_from_there(
    hub_side, location
):
    redirect(hub_side, NOTES, location)

    with pytest.raises(errors.HubBadAnswer):
        await part(token=fresh_token())

    assert len(hub_side.asked()) == 1


async def test_a_redirect_to_storage_counts_from_the_resolve_route_only(hub_side):
    storage = hub_side.url.replace("127.0.0.1", "localhost")
    redirect(hub_side, "^/api/resolve-cache", f"{storage}/_storage/x")

    with pytest.raises(errors.HubBadAnswer, match="another host"):
        await part()

    assert hub_side.asked("_storage") == []


async def test_storage_cannot_send_us_on(hub_side):
    redirect(hub_side, "^/_storage", "/_storage/elsewhere")

    with pytest.raises(errors.HubBadAnswer, match="storage redirected"):
        await part(POSTER)

    assert len(hub_side.asked("_storage")) == 1


async def test_redirects_in_circles_end(hub_side):
    redirect(hub_side, NOTES, NOTES)

    with pytest.raises(errors.HubBadAnswer, match="too often"):
        await part()


async def test_only_the_hub_is_asked_for_files():
    with pytest.raises(errors.HubBadAnswer):
        await downloads.get_part(
            "https://evil.example/a/b/resolve/main/c", token="hf_x", offset=0, length=1
        )


async def test_a_server_without_ranges_is_read_up_to_the_part(hub_side):
    hub_side.break_at(NOTES, status=200, body="0123456789" * 10)

    assert (await part(offset=15, length=7)).content == b"5678901"
    assert (await part(offset=95, length=70)).content == b"56789"
    assert (await part(offset=100, length=1)).content == b""


@pytest.mark.parametrize(
    "content_range",
    ["bytes 5-9/100", "bytes 0-2000/9999", "bytes 3-1/100", "items 0-4/5", "", "bytes */5"],
)
async def test_another_part_than_was_asked_for_is_refused(hub_side, content_range):
    hub_side.break_at(NOTES, status=206, body="01234", headers={"Content-Range": content_range})

    with pytest.raises(errors.HubBadAnswer):
        await part()


async def test_a_compressed_part_is_refused(hub_side):
    headers = {"Content-Encoding": "gzip", "Content-Range": "bytes 0-0/9"}
    hub_side.break_at(NOTES, status=206, body="x", headers=headers)

    with pytest.raises(errors.HubBadAnswer, match="compressed"):
        await part()


async def test_a_whole_file_that_comes_compressed_is_read(settings):
    zipped = gzip.compress(b"0123456789" * 100)
    answer = OK + b"Content-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(zipped)
    async with stranger(saying(answer + zipped)) as hub:
        settings.HF_ENDPOINT = hub.url
        found = await HubClient(None).get_bytes(
            "/acme/tiny-llm/resolve/main/a.txt", offset=990, length=20
        )

    assert found.content == b"0123456789"
    assert found.size in (None, 1_000)


async def test_content_that_breaks_off_is_read_again(hub_side):
    hub_side.break_at("^/api/resolve-cache", cut=True, times=1)

    assert (await part()).content == b"A banana is a fruit.\n"


async def test_content_that_always_breaks_off_is_unavailable(hub_side):
    hub_side.break_at("^/api/resolve-cache", cut=True)

    with pytest.raises(errors.HubUnavailable):
        await part()


async def test_storage_that_refuses_says_so(hub_side):
    hub_side.break_at("^/_storage", status=403)

    with pytest.raises(errors.HubForbidden):
        await part(POSTER)


async def test_a_long_rate_limit_is_reported(hub_side):
    hub_side.break_at(NOTES, status=429)

    with pytest.raises(errors.HubRateLimited) as caught:
        await part()

    assert caught.value.retry_after_seconds == 55
