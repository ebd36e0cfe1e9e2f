"""Workers that share a PostgreSQL database and a Redis are one server to whoever asks."""

import httpx


def test_who_signed_in_at_one_worker_is_signed_in_at_the_other(postgres_product, sign_in, new_user):
    one, other = postgres_product(), postgres_product()
    person = new_user()

    browser = sign_in(one, person.token)
    page = browser.get(f"{other.url}/settings/", follow_redirects=False)

    assert page.status_code == 200
    assert person.name in page.text


def test_the_endpoint_answers_at_every_worker(postgres_product, new_user):
    token = new_user().token

    answers = [
        httpx.post(
            f"{worker.url}/mcp",
            json={"jsonrpc": "2.0", "id": 1, "method": "ping"},
            headers={"Authorization": f"Bearer {token}"},
        )
        for worker in (postgres_product(), postgres_product())
    ]

    assert [answer.status_code for answer in answers] == [200, 200]
