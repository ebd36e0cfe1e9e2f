import pytest

from accounts.space_prefixes import url_space_prefix
from mcpendpoint.gradio.uris import is_of_template, is_uri, is_view, uri_here, uri_there

PREFIXES = ["gr1_", "grp2_", "gr9999_", url_space_prefix("acme/parts")]
URIS = [
    "text://motto",
    "greeting://{name}",
    "ui://widget/app.html",
    "ui://app",
    "ui://gr2/of-another",
    "gr2+text://of-another",
    "hf://models/acme/painter",
    "file:///etc/passwd",
    "https://example.com/a?b=c#d",
    "urn:isbn:1",
]


@pytest.mark.parametrize("prefix", PREFIXES)
@pytest.mark.parametrize("uri", URIS)
def test_a_uri_leads_back_to_its_space_and_to_no_other(prefix, uri):
    here = uri_here(prefix, uri)

    assert uri_there(here) == (prefix, uri)
    assert is_view(here) is is_view(uri)
    assert is_uri(here)


@pytest.mark.parametrize(
    "uri",
    [
        "hf://models/acme/painter",
        "file://0123",
        "ui://widget/app.html",
        "ui://gr1",
        "ui://gr0/a",
        "ui://GR1/a",
        "gr1_+text://a",
        "gr01+text://a",
        "gr1+",
        "gr1+no uri",
        "gr1+text://a\u200bb",
        "svn+ssh://acme",
        "",
    ],
)
def test_what_is_of_no_space_is_not_taken_for_one(uri):
    assert uri_there(uri) is None


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "motto", "//motto", "text:", "text://a b", "text://a\nb", "text://\u202ea"]
    + ["text://\ud800", "text://" + "x" * 3_000, "1a://b"],
)
def test_what_is_no_uri_is_not_offered(text):
    assert not is_uri(text)


@pytest.mark.parametrize(
    ("uri", "is_one"),
    [
        ("card://Ada/front", True),
        ("card://a/b/front/2/front", True),
        ("card://front", False),
        ("card://Ada/back", False),
        ("cards://Ada/front", False),
    ],
)
def test_a_template_gives_what_has_its_fixed_parts_in_their_order(uri, is_one):
    assert is_of_template(uri, "card://{name}/front") is is_one


def test_what_stands_in_braces_may_be_anything_and_each_fixed_part_is_used_once():
    assert is_of_template("a:b-c-d", "a:{x}-{y}-{z}")
    assert not is_of_template("a:b-d", "a:{x}-{y}-{z}")
    assert is_of_template("a:" + "-" * 2_000, "a:{x}" + "-{y}" * 400)
