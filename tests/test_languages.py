"""Pages speak the reader's language; what programs and assistants read stays English."""

import re

import pytest
from django.conf import settings
from django.test import Client

FRENCH = {"host": "localhost", "accept-language": "fr-CH, fr;q=0.9, en;q=0.8"}
LOCAL = {"host": "localhost"}
OWN_NAMES = {"en": "English", "fr": "Français", "ko": "한국어", "zh-hans": "简体中文"}
WORDS = {"en": "Sign in", "fr": "Se connecter", "ko": "로그인", "zh-hans": "登录"}

pytestmark = pytest.mark.django_db


def choose(client, language, **data):
    return client.post("/language/", {"language": language, **data}, headers=LOCAL)


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("en-GB", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("ko-KR", "ko"),
        ("zh-CN,zh;q=0.9", "zh-hans"),
        ("de", "en"),
        ("", "en"),
    ],
)
def test_a_page_is_in_the_language_that_the_browser_asks_for(client, asked, language):
    page = client.get("/sign-in/", headers={**LOCAL, "accept-language": asked})

    assert f'<html lang="{language}">' in page.text
    assert f"<h1>{WORDS[language]}</h1>" in page.text
    assert page.headers["Content-Language"] == language
    assert "Accept-Language" in page.headers["Vary"]


def test_what_somebody_chose_at_the_foot_of_a_page_goes_before_that(client):
    answer = choose(client, "ko", next="/sign-in/?next=/files/")

    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in/?next=/files/"
    assert '<html lang="ko">' in client.get("/sign-in/", headers=FRENCH).text


def test_each_page_offers_every_language_and_says_which_one_it_is_in(client):
    page = client.get("/sign-in/", headers=FRENCH).text

    for code, name in OWN_NAMES.items():
        assert re.search(f'value="{code}" lang="{code}"[^>]*>{name}<', page)
    assert page.count('lang="fr" aria-current="true"') == 1


def test_a_language_that_there_is_not_is_not_kept(client):
    choose(client, "tlh")

    assert settings.LANGUAGE_COOKIE_NAME not in client.cookies


def test_choosing_a_language_does_not_lead_to_another_site(client):
    assert choose(client, "fr", next="https://evil.example/").headers["Location"] == "/"


def test_nobody_else_can_choose_for_somebody():
    client = Client(enforce_csrf_checks=True)

    assert choose(client, "fr").status_code == 403


def test_a_page_that_answers_a_form_leads_to_where_a_page_can_be_read_again(client):
    page = client.post("/sign-in/", {"token": ""}, headers=FRENCH).text

    assert "Collez votre jeton ici." in page
    assert 'name="next"' not in page.partition('class="languages"')[2]


def test_a_page_that_there_is_not_says_so_in_the_readers_language(client):
    page = client.get("/there/is/none", headers=FRENCH)

    assert page.status_code == 404
    assert "Page introuvable" in page.text


def test_what_the_endpoint_tells_is_english_whoever_asks(client):
    ask = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    headers = {"host": "localhost", "accept": "application/json, text/event-stream"}

    english, french = (
        client.post("/mcp", ask, "application/json", headers={**headers, "accept-language": each})
        for each in ("en", "fr")
    )

    assert english.text == french.text
