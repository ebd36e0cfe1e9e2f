"""Whatever was stored as a name can be shown."""

import pytest

from accounts.models import User
from accounts.space_models import SelectedSpace
from tests.accounts.conftest import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name", ["a/b", "/", "<b>ada</b>", "a b", "", "x" * 150, "..", "a\nb", "%2f"]
)
def test_a_name_that_was_stored_before_breaks_no_page(client_of, name):
    user = make_user("ada")
    User.objects.filter(pk=user.pk).update(username=name)
    user.refresh_from_db()

    for path in ("/settings/", "/settings/activity/", "/settings/account/remove/"):
        assert client_of(user).get(path).status_code == 200


@pytest.mark.parametrize("space_id", ["noslash", "a/b/c", "/", "", "a/<b>", "ü/ö", "a/", "x" * 200])
def test_a_space_that_was_stored_before_breaks_no_page(client_of, space_id):
    user = make_user("ada")
    SelectedSpace.objects.create(user=user, space_id=space_id, slot=1)

    assert client_of(user).get("/settings/").status_code == 200
