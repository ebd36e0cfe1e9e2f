"""Of several things to warn of, one is shown: the gravest."""

import pytest

from accounts.authorization.redirects import Destination
from accounts.authorization.warnings import (
    OTHER_LETTERS,
    PROGRAM,
    UNVERIFIED,
    gravest_warning,
    imitates,
)

SITE = Destination(is_local=False, name="app.example")
HERE = Destination(is_local=True, name="127.0.0.1:33418")


@pytest.mark.parametrize(
    ("name", "publisher", "destination", "namesakes", "warning"),
    [
        ("Claude", "claude.ai", SITE, ["claude.ai"], None),
        ("Claude Code", "claude.ai", HERE, ["claude.ai"], PROGRAM),
        ("Probe", None, SITE, [], UNVERIFIED),
        ("Probe", None, HERE, [], PROGRAM),
        ("Claude", None, SITE, ["claude.ai"], imitates("Claude", "claude.ai")),
        # Programs register under the names that they have, so this is no sign of anything.
        ("Claude Code", None, HERE, ["claude.ai"], PROGRAM),
        ("App", None, SITE, ["app.example"], UNVERIFIED),
        ("Cl\u0430ude", None, HERE, [], OTHER_LETTERS),
        ("Cl\u0430ude", "claude.example", SITE, [], OTHER_LETTERS),
        ("C\uff4caude", None, SITE, [], OTHER_LETTERS),
        ("C\u217caude", None, SITE, [], OTHER_LETTERS),
        ("\U0001d402laude", None, SITE, [], OTHER_LETTERS),
        ("\u2ca4laude", None, SITE, [], OTHER_LETTERS),
        ("\uff21\uff29 Acme\u2122 v\u00b2", None, SITE, [], UNVERIFIED),
        ("\u041f\u043e\u043c\u043e\u0449\u043d\u0438\u043a Plus", None, SITE, [], UNVERIFIED),
        ("\u52a9\u624bAI", None, SITE, [], UNVERIFIED),
    ],
)
def test_the_gravest_warning_is_shown(name, publisher, destination, namesakes, warning):
    assert gravest_warning(name, publisher, destination, namesakes) == warning
