"""What people do on the pages of the server, each time with what should come of it."""

import re

from tests.live.isolation.at_the_endpoint import list_tools
from tests.live.isolation.tenant import Tenant, Visitor, new_word
from tests.live.people import post_form
from tests.mcpendpoint.wire import Wire, request
from tests.routes import all_routes, path_of, with_ids

HTMX = {"HX-Request": "true"}
"""Asks for the answer at once, instead of a redirect to a page that has it."""


def look_at_settings(me: Tenant, others: list[Tenant]) -> None:
    page = me.visit("/settings/").text

    assert set(me.numbers_of("keys")) == set(me.keys)
    assert {app.name for app in me.apps} <= set(me.numbers_of("apps"))
    assert f"/u/{me.name}/mcp" in page
    assert me.space_id in me.visit("/settings/spaces/").text
    for name in ("tools", "approvals", "permissions", "webhook", "account"):
        me.visit(f"/settings/{name}/").raise_for_status()


def look_at_home(me: Tenant, others: list[Tenant]) -> None:
    page = me.visit("/").text

    assert f"/u/{me.name}/mcp" in page
    assert me.space_id in page
    assert set(re.findall(r"With the key “(.+?)”", page)) <= set(me.keys)


def look_at_activity(me: Tenant, others: list[Tenant]) -> None:
    me.visit("/settings/activity/").raise_for_status()  # with the newest, whatever those are by now
    downloads = [me.visit(f"/settings/activity/export.{name}").text for name in ("csv", "jsonl")]

    assert "key_created" in downloads[0] and "key_created" in downloads[1]
    for name in me.keys:
        assert all(name in text for text in downloads)


def find_spaces(me: Tenant, others: list[Tenant]) -> None:
    page = me.visit("/settings/spaces/search/", params={"q": "private-space"}).text
    assert "Your assistants are told of" in me.visit("/settings/spaces/cost/").text
    own = me.visit(f"/settings/spaces/{me.space_id}/").text
    foreign = me.visit(f"/settings/spaces/{me.rng.choice(others).space_id}/").text

    assert me.space_id in page
    assert "whoami" in own
    assert "whoami" not in foreign


def try_tools(me: Tenant, others: list[Tenant]) -> None:
    """Each runs as whoever is at its page, and only what is theirs has one."""
    assert me.name in me.submit("/tools/hf_whoami/", {}).text
    assert me.submit("/tools/grp1_whoami/", {}).status_code == 200
    assert me.visit("/tools/").url.path == "/settings/tools/"
    theirs = {"arg.repo_ids": me.rng.choice(others).repo_id, "arg.repo_type": "model"}
    assert me.submit("/tools/hub_repo_details/", theirs).status_code in (200, 404)
    lines = {"Accept": "application/x-ndjson"}
    told = post_form(me.browser, f"{me.worker}/tools/hf_whoami/", {}, **lines)
    assert me.name in told.text


def try_to_add_space_of_another(me: Tenant, others: list[Tenant]) -> None:
    form = {"space_id": me.rng.choice(others).space_id}
    answer = post_form(me.browser, f"{me.worker}/settings/spaces/add/", form, **HTMX)
    marked = post_form(me.browser, f"{me.worker}/settings/spaces/mark/", form, **HTMX)

    assert "There is no Space" in answer.text
    assert "You have no such Space" in marked.text


def remove_space_and_add_it_again(me: Tenant, others: list[Tenant]) -> None:
    worker = me.worker
    me.submit("/settings/spaces/remove/", {"space_id": me.space_id}, worker)

    assert "grp1_whoami" not in me.wire(me.own_path(), worker).tools()
    me.add_space()


def choose_tools_of_a_space(me: Tenant, others: list[Tenant]) -> None:
    worker = me.worker
    for space_id in (me.space_id, me.rng.choice(others).space_id):
        form = {"space_id": space_id, "tools": ["whoami"], "offered": ["whoami", "another"]}
        me.submit("/settings/spaces/tools/", form, worker)

    names = me.wire(me.own_path(), worker).tools()
    assert [name for name in names if name.startswith("gr")] == ["grp1_whoami"]
    form = {"space_id": me.space_id, "tools": ["whoami"], "offered": ["whoami"]}
    me.submit("/settings/spaces/tools/", form, worker)


def offer_other_parts_of_a_space(me: Tenant, others: list[Tenant]) -> None:
    url = f"{me.worker}/settings/spaces/parts/"
    ticks = {"offers_resources": "on", "offers_prompts": "on"}
    foreign = post_form(
        me.browser, url, {"space_id": me.rng.choice(others).space_id, **ticks}, **HTMX
    )
    own = post_form(me.browser, url, {"space_id": me.space_id, **ticks}, **HTMX)

    assert "You have no such Space" in foreign.text
    assert "Tools, resources and prompts" in own.text


def agree_to_tools_of_a_space(me: Tenant, others: list[Tenant]) -> None:
    own, foreign = me.space_id, me.rng.choice(others).space_id
    shown = me.visit(f"/settings/spaces/{own}/").text
    pins = re.findall(r'name="pins" value="(\w+)"', shown) or ["nothing"]
    for path, more in (("agree", {"pins": pins}), ("take-over", {"takes_over": "growth"})):
        url = f"{me.worker}/settings/spaces/{path}/"
        answer = post_form(me.browser, url, {"space_id": foreign, **more}, **HTMX)
        assert "You have no such Space" in answer.text
        answer = post_form(me.browser, url, {"space_id": own, **more}, **HTMX)
        assert "You have no such Space" not in answer.text


def choose_for_a_space(me: Tenant, others: list[Tenant]) -> None:
    """Headers, words and times are saved for one's own Spaces only."""
    foreign = me.rng.choice(others).space_id
    words = {"tool": ["whoami"], "name": [""], "description": [f"Tells that it is {me.name}."]}
    forms = {"headers": {"name": ["x"], "value": [""]}, "words": words, "answers-within": {}}
    for path, more in forms.items():
        url = f"{me.worker}/settings/spaces/{path}/"
        answer = post_form(me.browser, url, {"space_id": foreign, **more}, **HTMX)
        assert "You have no such Space" in answer.text
        answer = post_form(
            me.browser, url, {"space_id": me.space_id, "seconds": "", **more}, **HTMX
        )
        assert "You have no such Space" not in answer.text


def change_selection(me: Tenant, others: list[Tenant]) -> None:
    me.choose(me.rng.choice(me.saved.choices))
    list_tools(me, others)


def try_other_selections(me: Tenant, others: list[Tenant]) -> None:
    found = re.search(r'name="version" value="(\w+)"', me.visit("/settings/tools/").text)
    tick = {"changed": "hf_fs", "tools": "hf_fs", "version": found[1] if found else ""}
    url = f"{me.worker}/settings/tools/tick/"
    assert post_form(me.browser, url, tick, **HTMX).status_code in (200, 409)
    me.submit("/settings/tools/undo/", {})
    me.submit("/settings/tools/defaults/", {})
    me.choose(me.saved.choices[0])


def make_and_revoke_keys(me: Tenant, others: list[Tenant]) -> None:
    me.create_key()
    name = me.rng.choice(list(me.keys))
    worker = me.worker
    me.submit(f"/settings/keys/{me.numbers_of('keys')[name]}/revoke/", {}, worker)
    text = me.keys.pop(name)

    assert refuses(worker, text, me)
    if not me.keys:
        me.create_key()


def refuses(worker: str, token: str, me: Tenant) -> bool:
    return Wire(f"{worker}/mcp", token, me.http).post(request("ping")).status_code == 401


VALID = {"scopes": ["mcp:read"], "day": "0", "hour": "8"}
"""A form that all of these addresses would take, for something of one's own."""


def touch_what_others_have(me: Tenant, others: list[Tenant]) -> None:
    """Post to every address that names something by its number, with numbers of others."""
    numbers = {number for other in others for number in other.numbers_seen[-1:]}
    for what in ("keys", "apps"):  # one's own key may have the number of somebody's app
        numbers -= set(me.numbers_of(what).values())
    for route in with_ids(all_routes()):
        for number in {*numbers, 0}:
            path = path_of(route, lambda converter, name, number=number: str(number))
            is_for_roles = route.startswith("dashboard/")
            expected = {403, 405} if is_for_roles else {404}
            assert me.submit(path, VALID).status_code in expected, path


def have_profiles(me: Tenant, others: list[Tenant]) -> None:
    """A profile of one's own is served at its address to oneself alone."""
    word, worker = new_word("profile"), me.worker
    me.ledger.note(me.name, word, told_to_admins=True)  # as the name of a key
    assert word in me.submit("/settings/profiles/", {"name": word}, worker).text
    page = me.visit("/settings/profiles/").text
    assert not [other.name for other in others if other.name in page]
    [number] = re.findall(rf'/profiles/(\d+)/rename/"(?:(?!<li>).)*?value="{word}"', page, re.S)
    assert me.wire(f"/u/{me.name}/{word}/mcp").post(request("tools/list")).status_code == 200
    assert (
        me.wire(f"/u/{me.rng.choice(others).name}/{word}/mcp")
        .post(request("tools/list"))
        .status_code
        == 403
    )
    messages = me.wire(f"/u/{me.name}/{word}/sse/messages")
    assert messages.post(request("tools/list")).status_code == 404  # of no stream
    assert word in me.visit(f"/settings/profiles/{word}/file/").text
    assert me.submit("/settings/profiles/file/", {}, worker).status_code == 422
    me.submit("/settings/profiles/default/edit/", {}, worker)
    me.submit(f"/settings/profiles/{number}/rename/", {"name": f"{word}-b"}, worker)
    page = me.submit(f"/settings/profiles/{number}/delete/", {}, worker).text
    assert f"/u/{me.name}/{word}-b/mcp" not in page


def have_alerts(me: Tenant, others: list[Tenant]) -> None:
    """What one person's alerts go to is on nobody else's page."""
    word = new_word("alerts")
    me.ledger.note(me.name, word)
    form = {"kind": "webhook", "address": f"https://{word}.example/hook", "zone": "UTC"}
    worker = me.worker
    assert word in me.submit("/settings/alerts/receivers/", form, worker).text
    me.submit("/settings/alerts/choice/", {"endings": "on"}, worker)
    page = me.visit("/settings/alerts/").text
    [number] = re.findall(r"/settings/alerts/receivers/(\d+)/remove/", page)
    me.submit(f"/settings/alerts/receivers/{number}/hours/", {"zone": "UTC"}, worker)
    me.submit(f"/settings/alerts/receivers/{number}/digest/", {"day": "0", "hour": "8"}, worker)
    me.submit(f"/settings/alerts/receivers/{number}/digest/send/", {}, worker)
    digest = me.visit("/settings/alerts/digest/").text
    assert not [other.name for other in others if other.name in digest]
    assert word not in me.submit(f"/settings/alerts/receivers/{number}/remove/", {}, worker).text


def upload_files(me: Tenant, others: list[Tenant]) -> None:
    word = new_word("upload")
    me.ledger.note(me.name, word)
    form = {"name": f"{word}.txt", "type": "text/plain", "size": len(word)}
    begun = me.submit("/files/uploads/", form).json()
    me.ledger.note(me.name, begun["url"].split("/")[3])
    token = {"X-CSRFToken": me.browser.cookies["csrftoken"], "Referer": me.workers[0]}
    sent = me.browser.post(
        f"{me.workers[0]}{begun['url']}?offset=0", content=word.encode(), headers=token
    ).json()
    me.files.append(sent["handle"])
    page = me.visit("/files/").text

    assert sent["handle"] in page
    link = re.search(rf"/files/shared/{begun['url'].split('/')[3]}/[\w-]+/[^<\"]+", page)[0]
    me.file_links.append(link)
    assert me.visit(link).text == word
    assert me.visit(path_of_file(sent["handle"])).text == word
    doomed = me.submit("/files/uploads/", {**form, "size": 0}).json()["handle"]
    me.submit(f"/files/{doomed.split('/')[2]}/delete/", {})
    assert me.visit(path_of_file(doomed)).status_code == 404


def path_of_file(handle: str) -> str:
    return f"/files/{handle.removeprefix('file://')}"


def try_files_of_another(me: Tenant, others: list[Tenant]) -> None:
    for handle in me.rng.choice(others).files:
        path = path_of_file(handle)
        file_id = path.split("/")[2]
        assert me.visit(path).status_code == 404
        assert me.visit(f"/files/uploads/{file_id}/").status_code == 404
        assert me.submit(f"/files/{file_id}/delete/", {}).status_code == 404
        assert me.visit(f"/files/shared/{file_id}/{'x' * 43}/x").status_code == 404


def make_and_delete_a_webhook(me: Tenant, others: list[Tenant]) -> None:
    page = me.submit("/settings/webhook/", {}).text
    path, secret = re.findall(r'id="webhook-(?:url|secret)">(?:http://[^/<]*)?([^<]+)<', page)
    me.ledger.note(me.name, path, secret)
    me.webhooks.append(path)

    assert tells(me, path, secret)
    for foreign in me.rng.choice(others).webhooks:
        assert not tells(me, foreign, secret)
    worker = me.worker
    me.submit("/settings/webhook/delete/", {}, worker)
    assert not tells(me, path, secret)


def tells(me: Tenant, path: str, secret: str) -> bool:
    told = {
        "event": {"action": "update", "scope": "repo.content"},
        "repo": {"type": "model", "name": me.repo_id},
    }
    headers = {"X-Webhook-Secret": secret}
    answer = me.http.post(f"{me.worker}{path}", json=told, headers=headers)
    assert answer.status_code in (200, 403)
    return answer.status_code == 200


def connect_and_disconnect_apps(me: Tenant, others: list[Tenant]) -> None:
    me.connect_app()
    app = me.apps.pop(me.rng.randrange(len(me.apps)))
    worker = me.worker
    number = me.numbers_of("apps")[app.name]
    me.submit(f"/settings/apps/{number}/disconnect/", {}, worker)

    assert refuses(worker, app.tokens["access_token"], me)
    if not me.apps:
        me.connect_app()


def refresh(me: Tenant, others: list[Tenant]) -> None:
    app = me.rng.choice(me.apps)
    me.refresh_app(app)
    wire = Wire(f"{me.worker}{me.own_path()}", app.tokens["access_token"], me.http)

    assert me.name in str(wire.call("hf_whoami"))


def try_tokens_of_another(me: Tenant, others: list[Tenant]) -> None:
    """What was given to the app of another neither works for one's own app nor ends by it."""
    client = me.rng.choice(me.apps).client.at(me.worker)

    for theirs in [app.tokens for other in others for app in list(other.apps)]:
        assert client.refresh(theirs["refresh_token"]).status_code == 400
        assert client.revoke(theirs["access_token"]).status_code == 200


def ask_for_a_token_at_the_address_of_another(me: Tenant, others: list[Tenant]) -> None:
    address = f"{me.workers[0]}/u/{me.rng.choice(others).name}/mcp"
    url = me.rng.choice(me.apps).client.authorize_url(resource=address)
    answer = me.browser.get(url, follow_redirects=False)

    assert "error=invalid_target" in answer.headers["location"]


def sign_out_and_in(me: Tenant, others: list[Tenant]) -> None:
    me.submit("/sign-out/", {})
    assert me.name not in me.visit("/settings/").text
    me.sign_in()


def sign_out_everywhere(me: Tenant, others: list[Tenant]) -> None:
    worker = me.worker
    assert f"{len(me.apps)} connected app" in me.visit("/settings/sign-out-everywhere/").text
    me.submit("/settings/sign-out-everywhere/", {}, worker)
    apps, me.apps = me.apps, []

    assert all(refuses(worker, app.tokens["access_token"], me) for app in apps)
    assert me.name not in me.visit("/settings/").text
    me.sign_in()
    me.connect_app()


def look_at_every_page(me: Visitor, others: list[Tenant]) -> None:
    for route in all_routes():
        path = path_of(route, lambda converter, name: _part(converter, name, me, others))
        assert me.visit(path).status_code < 500, path


def _part(converter: str, name: str, me: Visitor, others: list[Tenant]) -> str:
    if converter == "int":
        return "1"
    if name == "format_name":
        return me.rng.choice(["csv", "jsonl"])
    return "private-space" if name == "name" else me.rng.choice(others).name


def leave_and_come_back(me: Tenant, others: list[Tenant]) -> None:
    old, worker = list(me.keys), me.worker
    me.submit("/settings/account/remove/", {}, worker)
    assert all(refuses(worker, me.keys[name], me) for name in old)
    me.keys.clear()
    me.apps.clear()
    me.settle()

    page = me.visit("/settings/apps/").text + me.visit("/settings/activity/").text
    assert not any(name in page for name in old)


def be_nobody_in_a_browser(who: Visitor, others: list[Tenant]) -> None:
    assert who.visit("/settings/").url.path == "/sign-in/"
    look_at_every_page(who, others)
