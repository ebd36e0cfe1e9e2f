import base64

import pytest

from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.provider import AttachmentBudget
from tests.mcpendpoint.tools.hf_fs.calling import code_of, error_of, run
from tests.standins.hub.seed.odd_files import files

TINY = "hf://models/acme/tiny-llm"
LOGO = f"{TINY}/images/logo.png"
LOGO_BYTES = files()["images/logo.png"].content
LOGO_ROUTE = "/resolve/main/images/logo.png|resolve-cache.*logo.png"


async def test_an_image_comes_whole_after_the_text(hub_side):
    batch = await run(f"attach {LOGO}")

    assert batch.items[0]["result"] == {
        "uri": LOGO,
        "op": "attach",
        "path": "images/logo.png",
        "mime_type": "image/png",
        "bytes": len(LOGO_BYTES),
    }
    (block,) = batch.blocks
    assert block.mime_type == "image/png"
    assert base64.b64decode(block.data) == LOGO_BYTES


async def test_images_come_in_the_order_of_their_operations(hub_side):
    batch = await run(f"attach {LOGO}", f"stat {LOGO}", f"attach {LOGO}")

    assert len(batch.blocks) == 2


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("notes.txt", "IMAGE_ONLY"),
        ("model.safetensors", "UNSUPPORTED_MEDIA"),
        ("images/poster.png", "IMAGE_TOO_LARGE"),
        ("images/nothing.png", "NOT_FOUND"),
        ("images", "UNSUPPORTED_MEDIA"),
    ],
)
async def test_what_is_no_image_that_fits_is_refused(hub_side, path, code):
    assert await code_of(f"attach {TINY}/{path}") == code


async def test_a_smaller_limit_can_be_asked_for(hub_side):
    error = await error_of(f"attach {LOGO} --max-bytes 100")

    assert error["code"] == "HF_FS_IMAGE_TOO_LARGE"
    assert "complete-file limit is 100 bytes" in error["message"]
    assert hub_side.asked("resolve") == []


async def test_an_image_that_is_none_is_not_passed_on(hub_side):
    body = "<html>" + "x" * (len(LOGO_BYTES) - 6)
    hub_side.break_at(LOGO_ROUTE, status=200, body=body)

    assert await code_of(f"attach {LOGO}") == "UNSUPPORTED_MEDIA"


@pytest.mark.parametrize("size", [len(LOGO_BYTES) - 1, len(LOGO_BYTES) + 1])
async def test_an_image_of_another_size_than_promised_is_not_passed_on(hub_side, size):
    hub_side.break_at(LOGO_ROUTE, status=200, body="x" * size)

    error = await error_of(f"attach {LOGO}")

    assert (error["code"], error["retryable"]) == ("HF_FS_ATTACHMENT_INTEGRITY", True)


async def test_somebody_who_wants_no_images_gets_none(hub_side):
    batch = await run(f"attach {LOGO}", f"stat {LOGO}", include_images=False)

    assert batch.items[0]["error"]["code"] == "HF_FS_IMAGE_CONTENT_DISABLED"
    assert batch.items[1]["status"] == "success"
    assert batch.blocks == ()


def test_images_share_one_budget():
    budget = AttachmentBudget(100)
    budget.reserve(60)
    with pytest.raises(Failure) as caught:
        budget.reserve(41)
    assert caught.value.code == "HF_FS_ATTACHMENT_BUDGET_EXCEEDED"

    budget.reserve(40)
    budget.release(60)
    budget.reserve(60)


async def test_an_image_that_no_answer_can_carry_is_not_fetched_and_says_where_it_is(hub_side):
    error = await error_of(f"attach {TINY}/images/poster.png")

    assert error["code"] == "HF_FS_IMAGE_TOO_LARGE"
    assert "/resolve/main/images/poster.png" in error["message"]
    assert hub_side.asked("/resolve/") == []
