import re

import pytest

from accounts.space_prefixes import space_prefix, url_space_prefix
from mcpendpoint.gradio.naming import prefix_of, tool_name

HOSTILE_NAMES = [
    "predict/run",
    "größe",
    "a b",
    "a.b",
    "a\nb",
    "🎨",
    "",
    "../../etc",
    "x" * 65,
    "x" * 5000,
    "\ud800",
]


@pytest.mark.parametrize(
    ("slot", "is_private", "expected"),
    [(1, False, "gr1_"), (2, True, "grp2_"), (31, False, "gr31_")],
)
def test_prefix_of_a_saved_space_holds_its_slot(slot, is_private, expected):
    assert space_prefix(slot, is_private) == expected


def test_prefix_of_a_space_in_the_url_comes_from_its_id_alone_in_any_case():
    prefix = url_space_prefix("acme/image-maker")

    assert re.fullmatch(r"grx[0-9a-f]{4}_", prefix)
    assert url_space_prefix("Acme/Image-Maker") == prefix
    assert url_space_prefix("acme/other") != prefix


@pytest.mark.parametrize("upstream", ["predict", "make_image", "Generate-3D", "a"])
def test_name_that_clients_accept_is_kept(upstream):
    assert tool_name("gr1_", upstream) == f"gr1_{upstream}"


@pytest.mark.parametrize("upstream", HOSTILE_NAMES)
@pytest.mark.parametrize("prefix", ["gr1_", "grp65535_", "grx1a2b3c4d5e6f_"])
def test_every_name_becomes_one_that_clients_accept(prefix, upstream):
    name = tool_name(prefix, upstream)

    assert re.fullmatch(r"[A-Za-z0-9_-]{1,49}", name)
    assert name.startswith(prefix)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a.b", "a_b"),
        ("a b", "a/b"),
        ("x" * 70 + "1", "x" * 70 + "2"),
        ("1" + "x" * 70, "2" + "x" * 70),
        ("x" * 40 + "1" + "y" * 40, "x" * 40 + "2" + "y" * 40),
        ("über", "uber"),
        ("é", "ü"),
    ],
)
def test_names_that_would_be_the_same_are_told_apart(one, other):
    assert tool_name("gr1_", one) != tool_name("gr1_", other)


@pytest.mark.parametrize(
    "upstream", ["acme_image_maker_for_everybody_" + "x" * 30 + "_upscale_image"]
)
@pytest.mark.parametrize("prefix", ["gr1_", "grp12_", "grx1a2b_"])
def test_long_name_keeps_its_end(prefix, upstream):
    assert tool_name(prefix, upstream).endswith("_upscale_image")


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("gr1_predict", "gr1_"),
        ("grp12_predict", "grp12_"),
        ("grx1a2b_predict", "grx1a2b_"),
        ("grx1a2b3c4d5e6f_predict", "grx1a2b3c4d5e6f_"),
        ("gr1_2_predict", "gr1_"),
        ("hf_whoami", None),
        ("gr_predict", None),
        ("gr0_predict", None),
        ("grx12_predict", None),
        ("grp_1", None),
        ("xgr1_predict", None),
        ("", None),
    ],
)
def test_prefix_is_found_in_a_name(name, prefix):
    assert prefix_of(name) == prefix


@pytest.mark.parametrize("prefix", ["gr1_", "grp99999_", url_space_prefix("acme/image-maker")])
@pytest.mark.parametrize("upstream", HOSTILE_NAMES)
def test_prefix_of_a_made_name_is_the_one_it_was_made_with(prefix, upstream):
    assert prefix_of(tool_name(prefix, upstream)) == prefix
