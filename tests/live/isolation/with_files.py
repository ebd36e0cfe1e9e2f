"""What people do with files that their clients send and fetch, and at the page that asks for one.

The ledger notices leaks besides.
"""

import re

from accounts.space_prefixes import url_space_prefix
from tests.live.claude_files import EXTENSION, Claude, LocalFile
from tests.live.isolation.at_the_endpoint import PUBLIC_SPACE
from tests.live.isolation.tenant import Tenant, new_word
from tests.mcpendpoint.wire import Json

DESCRIBE = f"{url_space_prefix(PUBLIC_SPACE)}describe_file"
MAKE = f"{url_space_prefix(PUBLIC_SPACE)}make_image"


def claude_of(me: Tenant, path: str) -> Claude:
    wire = me.wire(f"{path}?gradio={PUBLIC_SPACE}")
    claude = Claude(wire.url, None)
    claude.wire = wire
    return claude


def send_files(me: Tenant, others: list[Tenant]) -> None:
    word = new_word("sent")
    file = LocalFile(word.encode(), name=f"{word}.txt")
    arguments: Json = {"file": file.metadata}
    claude = claude_of(me, me.own_path())
    asked = claude.call(DESCRIBE, arguments)
    (target,) = asked["uploads"]
    me.ledger.note(me.name, word, asked["requestState"], *target["headers"].values())
    me.sent.append((arguments, asked["requestState"]))

    for foreign, state in me.rng.choice(others).sent:
        params = {"name": DESCRIBE, "arguments": foreign, "requestState": state}
        assert "error" in claude.ask("tools/call", params)
    assert claude.send(target, file.content).status_code == 204
    done = claude.call(DESCRIBE, arguments, requestState=asked["requestState"])
    assert word in str(done["content"])


def fetch_files(me: Tenant, others: list[Tenant]) -> None:
    for path in ("/mcp", f"/u/{me.name}/mcp"):
        made = claude_of(me, path).call(MAKE, {"prompt": me.has.inside})
        (download,) = made["_meta"][EXTENSION]["downloads"]
        me.ledger.note(me.name, download["path"])
        for below in (path, ""):
            assert len(me.visit(below + download["path"]).content) == download["size"]


def give_a_file_that_is_asked_for(me: Tenant, others: list[Tenant]) -> None:
    word = new_word("given")
    wire = me.wire(f"{me.own_path()}?gradio={PUBLIC_SPACE}")
    path = f"/Users/{word}/story.txt"
    asked = str(me.call(wire, DESCRIBE, {"file": path})["result"]["content"])
    page = re.search(r"/files/asked/\w+/", asked)[0]
    me.ledger.note(me.name, word, page)
    me.questions.append(page)

    for foreign in me.rng.choice(others).questions:
        assert me.visit(foreign).status_code == 404
        assert me.submit(foreign, {"decision": "refuse"}).status_code == 404
    assert "Your assistant needs a file" in me.visit(page).text
    begun = me.submit("/files/uploads/", {"name": f"{word}.txt", "type": "", "size": 0}).json()
    me.ledger.note(me.name, begun["handle"].split("/")[2])
    assert me.submit(page, {"handle": begun["handle"]}).status_code == 200
    assert "0 bytes" in str(me.call(wire, DESCRIBE, {"file": path})["result"]["content"])
