"""Spaces that sleep when somebody adds them, or that are left alone."""

import asyncio

import pytest
from django.urls import reverse

from accounts.preferences import preferences_changed
from mcpendpoint.gradio import waking
from mcpendpoint.gradio.breaker import breakers
from tests.mcpendpoint.pages.test_space_views import MAKER, space_json

pytestmark = pytest.mark.usefixtures("standins")


@pytest.mark.django_db(transaction=True)
async def test_a_space_that_sleeps_when_it_is_added_is_woken_and_open_clients_are_told(
    async_client, alice, break_hub, monkeypatch
):
    monkeypatch.setattr(waking, "ASK_EVERY_SECONDS", 0.01)
    body = space_json(runtime={"stage": "SLEEPING"})
    break_hub(path="^/api/spaces/acme/image-maker", status=200, body=body, times=3)
    await async_client.aforce_login(alice)
    news = asyncio.Queue()

    def hear(sender, **kwargs):
        news.put_nowait(kwargs["user_id"])

    preferences_changed.connect(hear)
    await async_client.post(reverse("spaces:add"), {"space_id": MAKER})
    async with asyncio.timeout(10):
        assert [await news.get(), await news.get()] == [alice.pk, alice.pk]  # added; come up
    preferences_changed.disconnect(hear)

    page = await async_client.get(reverse("spaces:status", args=MAKER.split("/")))
    assert "gr1_make_image" in page.content.decode()


def test_a_space_that_is_left_alone_for_a_while_says_so(client, alice):
    client.force_login(alice)
    breakers.take_over(MAKER, 1)
    try:
        page = client.get(reverse("spaces:status", args=MAKER.split("/"))).content.decode()
    finally:
        breakers.forget()

    assert "has not answered 5 times in a row" in page
    assert "make_image" in page
