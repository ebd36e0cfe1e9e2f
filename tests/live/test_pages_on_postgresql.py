"""Pages on PostgreSQL: a small pool of connections, and what it cannot hold."""

from contextlib import closing
from types import SimpleNamespace

from tests.live.people import post_form, sign_in

RUNS = 8


def test_files_that_are_kept_behind_a_page_take_no_connection_away(
    postgres_product, new_user, space
):
    product = postgres_product(DATABASE_POOL_SIZE="3")
    with closing(sign_in(SimpleNamespace(url=product.url), new_user().token)) as browser:
        post_form(browser, "/settings/spaces/add/", {"space_id": "acme/image-maker"})
        form = {"arg.prompt": "cat", "arg.width": "32", "arg.steps": "1"}
        for _ in range(RUNS):
            page = post_form(browser, "/tools/gr1_make_image/", form)
            assert "its handle is for wherever" in page.text

        assert browser.get("/settings/").status_code == 200
        assert browser.get("/readyz").json()["status"] == "ready"


def test_what_a_database_cannot_hold_is_no_failure_of_a_form(postgres_product, new_user, space):
    product = postgres_product()
    with closing(sign_in(SimpleNamespace(url=product.url), new_user().token)) as browser:
        post_form(browser, "/settings/spaces/add/", {"space_id": "acme/weather"})
        form = {"space_id": "acme/weather", "name": ["x-weather-key"], "value": ["key"]}

        answer = post_form(browser, "/settings/spaces/headers/", {**form, "forget": ["\x00"]})

        assert answer.status_code == 200
        assert "Given" in browser.get("/settings/spaces/acme/weather/").text
