"""However much is logged, tokens are not: libraries tell theirs when they explain themselves."""

import httpx

from tests.live.product import start_product

SECRET = "hfmcp_rt_that-nobody-may-read"  # noqa: S105 - made up


def test_no_library_tells_a_token_when_everything_is_logged():
    with start_product({"LOG_LEVEL": "DEBUG"}) as product:
        with httpx.Client(base_url=product.url) as client:
            registered = client.post(
                "/oauth/register",
                json={
                    "redirect_uris": ["http://127.0.0.1/callback"],
                    "token_endpoint_auth_method": "none",
                },
            )
            refused = client.post(
                "/oauth/token",
                data={
                    "grant_type": "refresh_token",
                    "refresh_token": SECRET,
                    "client_id": registered.json()["client_id"],
                },
            )

        assert refused.json()["error"] == "invalid_grant"
        assert SECRET not in product.log()
