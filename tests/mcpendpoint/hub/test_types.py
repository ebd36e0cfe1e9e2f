import pytest

from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.types import Model, Space, read


def test_unknown_and_missing_fields_do_no_harm():
    model = read(Model, {"id": "a/b", "newThing": {"x": 1}})

    assert (model.id, model.owner, model.tags, model.gated) == ("a/b", "a", [], False)


def test_a_field_of_another_form_than_ours_counts_as_missing():
    model = read(Model, {"id": "a/b", "likes": "many", "tags": 7, "downloads": 3, "cardData": []})

    assert (model.likes, model.tags, model.downloads, model.card_data) == (None, [], 3, {})


def test_no_card_is_an_empty_card():
    assert read(Model, {"id": "a/b", "cardData": None}).card_data == {}


@pytest.mark.parametrize("data", [None, [], "text", {}, {"id": ""}, {"id": 5}])
def test_an_answer_without_an_id_is_no_repository(data):
    with pytest.raises(HubBadAnswer):
        read(Model, data)


def test_inference_providers_come_as_a_list_or_as_an_object():
    info = {"status": "live", "providerId": "x", "task": "t"}
    as_object = read(Model, {"id": "a/b", "inferenceProviderMapping": {"novita": info}})
    as_list = read(
        Model, {"id": "a/b", "inferenceProviderMapping": [{"provider": "novita", **info}]}
    )

    assert as_object.inference_providers == as_list.inference_providers
    assert as_object.inference_providers[0].provider == "novita"


def test_a_spaces_title_is_in_its_card_when_it_is_nowhere_else():
    card = {"title": "T", "emoji": "🚀", "short_description": "S"}
    space = read(Space, {"id": "a/b", "cardData": card})

    assert (space.display_title, space.display_emoji, space.summary) == ("T", "🚀", "S")
    assert read(Space, {"id": "a/b"}).display_title == "b"


def test_card_values_are_lists_whatever_their_author_wrote():
    model = read(Model, {"id": "a/b", "cardData": {"one": "x", "two": ["y", 1], "odd": {"a": 1}}})

    assert model.card_list("one") == ["x"]
    assert model.card_list("two") == ["y", "1"]
    assert model.card_list("odd") == []
    assert model.card_list("none") == []
