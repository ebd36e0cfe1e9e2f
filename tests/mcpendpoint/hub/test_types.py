import pytest

from mcpendpoint.hub.errors import HubBadAnswer
from mcpendpoint.hub.jobs import ScheduledJob
from mcpendpoint.hub.types import Model, Space, read


def test_unknown_and_missing_fields_do_no_harm():
    model = read(Model, {"id": "a/b", "newThing": {"x": 1}})

    assert (model.id, model.owner, model.tags, model.gated) == ("a/b", "a", [], False)


def test_a_field_of_another_form_than_ours_counts_as_missing():
    model = read(Model, {"id": "a/b", "likes": "many", "tags": 7, "downloads": 3, "cardData": []})

    assert (model.likes, model.tags, model.downloads, model.card_data) == (None, [], 3, {})


def test_a_value_of_another_form_within_a_field_takes_nothing_else_with_it():
    model = read(
        Model,
        {
            "id": "a/b",
            "tags": ["one", None, "two"],
            "safetensors": {"total": "many", "parameters": {"BF16": 7, "F32": None}},
            "inferenceProviderMapping": [{"provider": "novita"}, {"status": "live"}, None],
        },
    )

    assert model.tags == ["one", "two"]
    assert model.safetensors.total is None and model.safetensors.parameters == {"BF16": 7}
    assert [each.provider for each in model.inference_providers] == ["novita"]


def test_what_lacks_something_is_left_out_of_its_list():
    job = read(
        ScheduledJob,
        {
            "id": "1",
            "jobSpec": {
                "labels": None,
                "command": ["true"],
                "timeout": "soon",
                "volumes": [{"type": "model", "source": 5, "mountPath": "/m"}],
                "environment": {"ROWS": 4, "BED": None},
            },
            "status": {"lastJob": {"at": None}, "nextJobRunAt": "2026-05-11T09:00:00.000Z"},
        },
    )

    assert (job.job_spec.command, job.job_spec.volumes, job.job_spec.labels) == (["true"], [], {})
    assert job.job_spec.timeout_seconds is None
    assert job.job_spec.environment == {"ROWS": "4", "BED": ""}
    assert job.status.last_job is None and job.status.next_run_at is not None


def test_of_many_faults_the_whole_field_is_left_out():
    model = read(Model, {"id": "a/b", "tags": [None] * 5_000 + ["one"], "likes": 3})

    assert (model.tags, model.likes) == ([], 3)


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


def test_an_inference_provider_without_a_word_is_none():
    mapping = {"novita": None, "together": {"status": "live"}}
    model = read(Model, {"id": "a/b", "inferenceProviderMapping": mapping})

    assert [each.provider for each in model.inference_providers] == ["together"]


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
