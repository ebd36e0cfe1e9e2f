"""Collections of the stand-in Hub, as the public client reads them."""

import httpx
import pytest
from huggingface_hub import Collection, HfApi
from huggingface_hub.errors import HfHubHTTPError

from tests.standins.serve import Running


def find(api: HfApi, title: str) -> Collection:
    return next(found for found in api.list_collections() if found.title == title)


def test_lists_collections_with_their_first_items(anonymous: HfApi):
    collections = list(anonymous.list_collections())

    assert len({collection.slug for collection in collections}) == len(collections) > 20
    assert max(len(collection.items) for collection in collections) == 4


def test_lists_by_owner_and_by_item(anonymous: HfApi):
    by_owner = anonymous.list_collections(owner="acme", sort="upvotes")
    by_item = anonymous.list_collections(item="papers/2502.02737", sort="lastModified")

    assert [collection.title for collection in by_owner] == ["Tiny things", "Nothing yet"]
    assert [found.title for found in by_item] == ["Tiny things", "Small language models"]


def test_shows_every_type_of_item_in_order(anonymous: HfApi):
    collection = anonymous.get_collection(find(anonymous, "Tiny things").slug)

    assert [(item.item_type, item.item_id.partition("-")[0]) for item in collection.items] == [
        ("model", "acme/tiny"),
        ("dataset", "acme/squad"),
        ("space", "acme/image"),
        ("paper", "2502.02737"),
        ("bucket", "acme/files"),
        ("collection", "HuggingFaceTB/small"),
    ]
    assert collection.items[0].note == "Start here: *seven* million parameters | no more"


def test_shows_private_items_to_those_who_may_see_them(alice: HfApi, bob: HfApi):
    slug = find(bob, "Tiny things").slug

    shown = [{item.item_id for item in api.get_collection(slug).items} for api in (alice, bob)]

    assert shown[0] - shown[1] == {"alice/private", "alice/scratch"}


def test_hides_private_collections(alice: HfApi, bob: HfApi, anonymous: HfApi):
    secret = find(alice, "Secret plans")

    assert [item.item_id for item in alice.get_collection(secret.slug).items] == [
        "acme/gated",
        "alice/private-space",
    ]
    for api, status in ((bob, "403"), (anonymous, "401")):
        assert secret.slug not in [collection.slug for collection in api.list_collections()]
        with pytest.raises(HfHubHTTPError, match=status):
            api.get_collection(secret.slug)


def test_shows_all_of_a_long_collection(anonymous: HfApi):
    slug = find(anonymous, "Reading list").slug

    assert len(anonymous.get_collection(slug).items) == 126


def test_knows_a_collection_by_its_id_whatever_its_title(anonymous: HfApi):
    slug = find(anonymous, "Small language models").slug

    renamed = anonymous.get_collection(slug.replace("small-language-models", "other"))

    assert renamed.slug == slug
    with pytest.raises(HfHubHTTPError, match="404"):
        anonymous.get_collection("acme/small-language-models-0123456789abcdef01234567")


def test_searches_and_lists_names_alone(hub: Running):
    answer = httpx.get(f"{hub.url}/api/collections", params={"q": "übersetzung", "expand": "false"})

    [found] = answer.json()
    assert found.keys() == {"name", "title", "private", "upvotes"}
    assert found["name"].startswith("alice/uberblick-ubersetzung-sprache-")


def test_tells_the_history_as_far_as_the_caller_may_see_it(hub: Running, anonymous: HfApi):
    url = f"{hub.url}/api/collections/{find(anonymous, 'Tiny things').slug}/history"

    lengths = [
        len(httpx.get(url, headers=headers).json()["history"])
        for headers in ({}, {"Authorization": "Bearer hf_alice"})
    ]

    assert lengths == [7, 9]
