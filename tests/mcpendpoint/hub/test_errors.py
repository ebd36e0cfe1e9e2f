from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mcpendpoint.hub import errors
from mcpendpoint.hub.errors import error_from_answer


def error_of(status, body=b"", *, has_token=False, **headers):
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_from_answer(status, names, body, has_token=has_token)


@pytest.mark.parametrize(
    ("status", "has_token", "code", "kind"),
    [
        (400, False, "", errors.HubRefused),
        (401, False, "", errors.HubNotSignedIn),
        (401, True, "", errors.HubTokenRefused),
        (401, False, "GatedRepo", errors.HubGated),
        (402, True, "", errors.HubRefused),
        (403, True, "", errors.HubForbidden),
        (403, True, "GatedRepo", errors.HubGated),
        (404, True, "RepoNotFound", errors.HubNotFound),
        (409, True, "", errors.HubConflict),
        (412, True, "", errors.HubConflict),
        (422, False, "", errors.HubRefused),
        (429, False, "", errors.HubRateLimited),
        (500, False, "", errors.HubUnavailable),
        (501, False, "", errors.HubRefused),
        (503, False, "", errors.HubUnavailable),
        (304, False, "", errors.HubBadAnswer),
    ],
)
def test_a_status_and_its_code_tell_what_went_wrong(status, has_token, code, kind):
    error = error_of(status, has_token=has_token, x_error_code=code)

    assert type(error) is kind
    assert (error.status, error.code) == (status, code)


@pytest.mark.parametrize(
    ("body", "headers", "message"),
    [
        (b'{"error": "No such thing"}', {}, "No such thing"),
        (b'{"message": "No"}', {}, "No"),
        (b'{"error": "bad", "error_description": "why"}', {}, "bad: why"),
        (b'{"error": "down", "cause_message": "disk"}', {}, "down: disk"),
        (b'{"errors": [{"message": "a"}, {"message": "b"}]}', {}, "a: b"),
        (b'{"error": "in\\n two   lines"}', {}, "in two lines"),
        (b"", {"x_error_message": "Said in a header"}, "Said in a header"),
        (b"<html><title>502 Bad Gateway</title>", {}, "502 Bad Gateway (an HTML page)"),
        (b"<html><body>nothing", {}, "HTTP status 502"),
        (b"plain words", {}, "plain words"),
        (b"\xff\xfe\x00", {}, "\ufffd\ufffd\x00"),
        (b'{"error": {"deep": []}}', {}, "HTTP status 502"),
        (b"[1, 2]", {}, "HTTP status 502"),
        (b"", {}, "HTTP status 502"),
    ],
)
def test_the_hubs_own_words_are_kept(body, headers, message):
    assert error_of(502, body, **headers).message == message


def test_a_long_message_is_cut():
    error = error_of(500, b'{"error": "%s"}' % (b"x" * 10_000))

    assert len(error.message) == errors.MAX_MESSAGE_CHARS


def test_a_rate_limit_says_when_it_ends():
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60))

    assert error_of(429, retry_after="7").retry_after_seconds == 7
    assert error_of(429, ratelimit='"api";r=0;t=55').retry_after_seconds == 55
    assert 50 <= error_of(429, retry_after=in_a_minute).retry_after_seconds <= 61
    assert error_of(429, retry_after="9" * 40).retry_after_seconds == 3600
    assert error_of(429, retry_after="soon").retry_after_seconds is None


def test_the_quota_header_of_a_failure_that_is_no_rate_limit_means_no_pause():
    assert error_of(503, ratelimit='"api";r=400;t=290').retry_after_seconds is None
