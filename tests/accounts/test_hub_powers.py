"""Which credential may do all that another may, and what may be handed on of it."""

import pytest

from accounts.authorization.scopes import Scope
from accounts.hub_powers import grantable_scopes, powers_of_scope, powers_of_token, scope_of_token
from accounts.identity import AccessTokenInfo

READING = {Scope.READ, Scope.SPACES}
BASE = powers_of_scope("openid profile read-repos gated-repos inference-api")
WRITE, READ = powers_of_token("write"), powers_of_token("read")


@pytest.mark.parametrize(
    ("stored", "scopes"),
    [
        (BASE, READING),
        (powers_of_scope("openid"), READING),
        (powers_of_scope("openid jobs"), {*READING, Scope.WRITE}),
        (powers_of_scope("openid contribute-repos"), {*READING, Scope.WRITE}),
        (READ, READING),
        (WRITE, {*READING, Scope.WRITE}),
        (powers_of_token("admin"), {*READING, Scope.WRITE}),
        (powers_of_token("contributor"), {*READING, Scope.WRITE}),
        (powers_of_token(""), READING),
        (powers_of_token("something-new"), READING),
        (powers_of_token("fineGrained"), READING),
        (powers_of_token("fineGrained repo.content.read@1 inference.serverless.write"), READING),
        (powers_of_token("fineGrained repo.write@1"), {*READING, Scope.WRITE}),
        (powers_of_token("fineGrained job.write"), {*READING, Scope.WRITE}),
    ],
)
def test_what_can_be_handed_on(stored, scopes):
    assert grantable_scopes(stored) == scopes


@pytest.mark.parametrize(
    ("larger", "smaller"),
    [
        (WRITE, READ),
        (WRITE, BASE),
        (powers_of_scope("openid jobs"), powers_of_scope("openid")),
        (powers_of_token("fineGrained a@1 b@2"), powers_of_token("fineGrained a@1")),
    ],
)
def test_the_larger_covers_the_smaller_alone(larger, smaller):
    assert larger.cover(smaller)
    assert larger.cover(larger)
    assert not smaller.cover(larger)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (powers_of_scope("openid read-repos"), powers_of_scope("openid write-repos")),
        (powers_of_token("fineGrained a@1"), powers_of_token("fineGrained a@2")),
        (powers_of_token("fineGrained repo.write@1"), BASE),
    ],
)
def test_what_differs_covers_neither(one, other):
    assert not one.cover(other)
    assert not other.cover(one)


def test_a_sign_in_at_hugging_face_takes_the_place_of_a_token_that_reads():
    assert BASE.cover(READ)
    assert READ.cover(BASE)


def test_words_that_make_no_sense_are_not_kept():
    scoped = [{"entity": {"_id": "x y", "type": "model"}, "permissions": ["a"]}]
    fine = {"global": ["ok", "a b", "", "ü", "x" * 500], "scoped": scoped}
    info = AccessTokenInfo.model_validate({"role": "fineGrained", "fineGrained": fine})

    assert scope_of_token(info) == "fineGrained ok"
    assert scope_of_token(None) == ""
