"""What people do at the dashboard, each time with what should come of it."""

from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.live.isolation.tenant import Tenant, Visitor

NOBODY_HERE = f"id:{0:024x}"

OF_VIEWERS = (
    *("", "?day=yesterday", "clients/", "tools/", "spaces/", "methods/", "errors/", "hub/"),
    "api/metrics",
    *("client/?name=any", "tool/?name=hf_whoami", "space/?id=acme/any"),
)
OF_OPERATORS = ("audit/", "audit/export.csv", "audit/export.jsonl", "blocks/", "blocks/?show=past")
OF_ADMINS = (
    *("alerts/", "alerts/digest/", "people/", "people/?q=a", "people/roles/"),
    *("people/invitations/", "people/groups/", "people/groups/new/", "people/groups/preview/"),
)


def try_the_dashboard(me: Tenant, others: list[Tenant]) -> None:
    answers = [me.visit(f"/dashboard/{page}") for page in (*OF_VIEWERS, *OF_OPERATORS, *OF_ADMINS)]

    acts = ("rules/", "rules/usual/", "receivers/")
    answers += [me.submit(f"/dashboard/alerts/{path}", {}) for path in acts]
    answers.append(me.visit("/api/transport-metrics"))

    assert {answer.status_code for answer in answers} == {403}
    assert not gets_into_socket(me)


def be_nobody_at_the_dashboard(who: Visitor) -> None:
    assert who.visit("/dashboard/api/metrics").status_code == 401
    assert who.visit("/api/transport-metrics").status_code == 401
    assert "hfmcp_requests_total" in who.visit("/metrics").text  # from this very machine
    assert not gets_into_socket(who)


def gets_into_socket(me: Visitor) -> bool:
    address = me.worker
    try:
        with connect(
            f"ws{address.removeprefix('http')}/ws/dashboard/",
            origin=address,
            additional_headers=me.cookies,
            proxy=None,
        ) as socket:
            told = str(socket.recv(timeout=10))
            me.ledger.look(me.name, told, place="the dashboard's socket", is_for_admins=True)
            return True
    except InvalidStatus as refused:
        assert refused.response.status_code == 403
        return False


def watch_the_dashboard(me: Tenant, others: list[Tenant]) -> None:
    """An admin sees counts, and in the log who did what, but nothing that anybody has."""
    for page in (*OF_VIEWERS, *OF_OPERATORS, *OF_ADMINS):
        assert me.visit(f"/dashboard/{page}").status_code == 200, page
    somebody = {"who": NOBODY_HERE, "role": "1"}
    for path in ("roles/", "invitations/"):
        assert me.submit(f"/dashboard/people/{path}", somebody).status_code == 200, path
    question = me.visit(f"/dashboard/people/roles/take/?who={somebody['who']}")
    assert question.status_code == 200
    for path in ("roles/take/", "invitations/remove/"):
        assert me.submit(f"/dashboard/people/{path}", somebody).status_code == 200, path
    make_and_delete_a_group(me)
    assert me.visit("/api/transport-metrics").status_code == 200
    assert gets_into_socket(me)


def make_and_delete_a_group(me: Visitor) -> None:
    """Of somebody who is not here: it holds for nobody else."""
    form = {"name": f"Group {me.rng.random()}", "spaces_offered": "some", "spaces": "acme/*"}
    form |= dict.fromkeys(("tools_offered", "first_tools", "first_spaces"), "all")
    form |= {f"approve_{kind}": "allow" for kind in ("delete", "publish", "spend")}
    page = me.submit("/dashboard/people/groups/new/", form).url.path
    member = {"who": NOBODY_HERE}
    for path in ("", "remove/"):
        assert me.submit(f"{page}{path}", member).status_code == 200, path
    assert me.submit(f"{page}edit/", form | {"spaces": "acme/demo"}).status_code == 200
    assert me.visit(f"/dashboard/people/groups/preview/?who={NOBODY_HERE}").status_code == 422
    assert me.visit(f"{page}delete/").status_code == 200
    assert me.submit(f"{page}delete/", {}).status_code == 200
