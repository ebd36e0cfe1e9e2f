"""Pages on a small pool of connections to PostgreSQL."""

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
