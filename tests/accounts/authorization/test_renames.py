"""Who is renamed on Hugging Face keeps what they connected; the old URL tells them the new."""

from hashlib import sha256

import pytest

from accounts.access_keys import create_access_key
from accounts.preferences import preferences_changed
from tests.accounts.authorization.flow import ISSUER, make_browser, registered
from tests.accounts.conftest import make_user
from tests.mcpendpoint.wire import modern, modern_headers

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "/u/ada/mcp", "/u/ada-lovelace/mcp"


@pytest.fixture
def ada():
    return make_user("ada", hf_id="1")


def rename() -> None:
    make_user("ada-lovelace", hf_id="1")


def post(path: str, credential: str):
    body = modern("tools/list")
    return make_browser().post(
        path,
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {credential}", **modern_headers(body)},
    )


@pytest.fixture
def tokens_for(ada, client_of):
    app = registered()
    browser = client_of(ada)

    def sign_in(resource: str):
        code = app.code(browser, resource=ISSUER + resource)
        return app, app.redeem(code, resource=ISSUER + resource).json()

    return sign_in


def test_a_token_for_ones_own_url_is_good_at_the_new_one(tokens_for):
    _, tokens = tokens_for(OLD)
    assert post(OLD, tokens["access_token"]).status_code == 200

    rename()

    assert post(NEW, tokens["access_token"]).status_code == 200


@pytest.mark.parametrize("is_key", [True, False])
def test_the_old_url_tells_its_owner_the_new_one(tokens_for, ada, is_key):
    _, tokens = tokens_for(OLD)
    credential = create_access_key(ada, "Laptop")[1] if is_key else tokens["access_token"]

    rename()
    answer = post(f"{OLD}?gradio=none&x=%0d%0aSet-Cookie:a", credential)

    assert answer.status_code == 308
    assert answer.headers["Location"] == f"{NEW}?gradio=none&x=%0d%0aSet-Cookie:a"
    assert NEW in answer.json()["error_description"]


def test_whoever_was_renamed_since_they_signed_in_is_told_by_their_hugging_face_token(
    settings, hub
):
    settings.HF_ENDPOINT = hub.url
    make_user("ada", hf_id=sha256(b"ada-lovelace").hexdigest()[:24])

    answer = post(OLD, "hf_user_ada-lovelace")

    assert (answer.status_code, answer.headers["Location"]) == (308, NEW)


def test_the_old_url_tells_nobody_else(ada):
    _, key = create_access_key(make_user("stranger", hf_id="2"), "Laptop")

    rename()

    answer = post(OLD, key)
    assert answer.status_code == 403
    assert "lovelace" not in answer.text
    assert (
        "lovelace" not in make_browser().get("/.well-known/oauth-protected-resource/u/ada/mcp").text
    )


def test_the_old_url_belongs_to_whoever_has_the_name_now(tokens_for, ada):
    _, tokens = tokens_for(OLD)
    rename()
    _, key = create_access_key(make_user("Ada", hf_id="2"), "Laptop")

    assert post(OLD, key).status_code == 200
    assert post(NEW, key).status_code == 403
    assert post(OLD, tokens["access_token"]).status_code == 308


def test_a_client_goes_on_refreshing_for_the_url_that_it_was_set_up_with(tokens_for):
    app, tokens = tokens_for(OLD)

    rename()
    again = app.refresh(tokens["refresh_token"], resource=ISSUER + OLD).json()

    assert post(NEW, again["access_token"]).status_code == 200


def test_a_client_that_has_the_old_url_can_be_let_in_anew(tokens_for, ada):
    rename()
    ada.refresh_from_db()

    _, tokens = tokens_for(OLD)

    assert post(NEW, tokens["access_token"]).status_code == 200


def test_no_token_is_given_for_an_old_url_that_is_anothers_now(ada, client_of):
    rename()
    make_user("ada", hf_id="2")
    app = registered()

    page = client_of(ada).get(app.authorize_url(resource=ISSUER + OLD), follow=False)

    assert "invalid_target" in page.headers.get("location", "") + page.text


def test_a_token_for_the_shared_url_opens_no_personal_one(tokens_for):
    _, tokens = tokens_for("/mcp")

    assert post(OLD, tokens["access_token"]).status_code == 401


def test_everybody_who_is_renamed_is_forgotten_by_the_caches(ada):
    heard = []
    preferences_changed.connect(
        lambda user_id, **_: heard.append(user_id), weak=False, dispatch_uid="t"
    )

    holder = make_user("ada", hf_id="2")
    preferences_changed.disconnect(dispatch_uid="t")

    assert set(heard) == {ada.pk, holder.pk}
