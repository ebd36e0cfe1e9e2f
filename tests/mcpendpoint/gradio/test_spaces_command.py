"""`hfmcp spaces check`: what an operator hears of Spaces."""

from io import StringIO

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_a_space_that_does_not_answer_is_a_failure_that_says_why():
    said = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("spaces", "check", "acme/one", "no-id", stdout=said)

    first, second = said.getvalue().splitlines()
    assert ended.value.code == 1
    assert first.startswith("failure acme/one ")
    assert "which is owner/name" in second


def test_without_a_name_those_in_use_are_looked_at(settings):
    settings.DEFAULT_SPACES = []
    said = StringIO()

    call_command("spaces", "check", stdout=said)

    assert said.getvalue() == ""
