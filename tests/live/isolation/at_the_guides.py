"""What people do at the guides to connect a client."""

import re

from tests.live.isolation.in_the_browser import HTMX
from tests.live.isolation.tenant import Tenant, new_word


def connect_a_client(me: Tenant, others: list[Tenant]) -> None:
    """Each waits for their own clients alone, and takes back only what they made."""
    worker = me.worker
    guide = me.visit("/connect/librechat/").text
    assert f"/u/{me.name}/mcp" in guide
    word = new_word("chat")
    me.ledger.note(me.name, word, told_to_admins=True)  # as the name of any app
    made = {"name": word, "redirect_uris": f"https://{word}.example/callback"}
    page = me.submit("/connect/librechat/client/", made, worker).text
    (secret,) = re.findall(r'id="own-client-secret">([^<]+)<', page)
    me.ledger.note(me.name, secret)
    assert me.submit("/connect/cursor/key/", {"name": ""}, worker).status_code == 422

    me.wire(me.own_path(), worker).tools()
    again = re.search(r'hx-get="([^"]+)"', guide)[1].replace("&amp;", "&")
    answer = me.browser.get(f"{worker}{again}", headers=HTMX)
    assert answer.status_code in (200, 204)
    settings = me.visit("/settings/apps/").text
    (number,) = re.findall(r"/settings/apps/clients/(\d+)/remove/", settings)[:1]
    me.submit(f"/settings/apps/clients/{number}/remove/", {}, worker)
    assert word not in me.visit("/settings/apps/").text
