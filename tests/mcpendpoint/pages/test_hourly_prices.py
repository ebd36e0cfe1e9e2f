"""What hardware costs an hour is told on the rows of tools that rent it."""

import pytest
from django.urls import reverse

from accounts.catalogue import catalogue
from accounts.models import HubCredential

PRICES = "/tools/prices/"


@pytest.fixture
def alice_client(client, alice):
    client.force_login(alice)
    return client


@pytest.mark.usefixtures("standins")
def test_the_cheapest_and_the_dearest_hour_are_told(alice_client):
    told = alice_client.get(PRICES).text

    assert told.startswith("From $0.01 an hour (CPU Basic) to $")


@pytest.mark.usefixtures("standins")
def test_prices_are_told_whatever_became_of_one_s_connection(alice_client):
    HubCredential.objects.all().delete()

    assert "an hour" in alice_client.get(PRICES).text


def test_a_hub_that_is_not_there_leaves_the_row_as_it_is(alice_client, settings):
    settings.HF_ENDPOINT = "http://127.0.0.1:9"

    assert alice_client.get(PRICES).status_code == 204


def test_others_sign_in_first(client, db):
    assert client.get(PRICES).status_code == 302


def test_the_rows_that_rent_hardware_ask_for_prices(alice_client):
    renting = [tool.name for tool in catalogue.tools if tool.rents_hardware]

    page = alice_client.get("/settings/tools/").text

    assert renting == ["hf_jobs", "hf_sandbox"]
    assert page.count(f'hx-get="{reverse("tools:prices")}"') == len(renting)
