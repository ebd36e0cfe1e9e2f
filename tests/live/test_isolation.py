"""Nothing of one person is ever sent to another, whatever they all do at the same time.

Each has words of their own in everything that they have; what anybody is sent is looked through for
words of others, and has to be the right answer for who asked. ISOLATION_SEED repeats a run.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random, SystemRandom

import httpx
import pytest

from tests.live.isolation import at_the_dashboard as dashboard
from tests.live.isolation import at_the_endpoint as mcp
from tests.live.isolation import at_the_guides as guides
from tests.live.isolation import in_the_browser as pages
from tests.live.isolation import with_files
from tests.live.isolation.ledger import Ledger
from tests.live.isolation.tenant import READERS, Tenant, Visitor
from tests.live.people import Person
from tests.ports import free_port
from tests.routes import all_routes

SEARCH, DETAILS, FILES = (frozenset({name}) for name in READERS)
CHOICES = [
    (SEARCH, SEARCH | FILES),
    (DETAILS, DETAILS | FILES),
    (SEARCH | DETAILS, SEARCH | DETAILS | FILES),
]
READING = (
    mcp.list_tools,
    mcp.ask_who_one_is,
    mcp.ask_in_a_batch,
    mcp.search,
    mcp.look_at_own_repo,
    mcp.look_at_repo_of_another,
    mcp.read_files,
    mcp.read_resources,
    mcp.use_other_parts_of_spaces,
    mcp.get_prompts,
    mcp.complete_names,
    mcp.run_jobs,
    mcp.try_to_change_what_another_has,
    mcp.approve_a_call,
    mcp.refuse_what_waits,
    mcp.resume_a_call,
    mcp.talk_on_a_stream,
    mcp.run_own_space,
    mcp.run_a_space_of_all,
    mcp.try_space_of_another,
    mcp.try_address_of_another,
    mcp.keep_files,
    mcp.ask_for_all_else,
    with_files.send_files,
    with_files.fetch_files,
    with_files.give_a_file_that_is_asked_for,
    pages.look_at_home,
    pages.look_at_settings,
    pages.look_at_activity,
    pages.find_spaces,
    pages.try_tools,
    guides.connect_a_client,
    pages.try_to_add_space_of_another,
    pages.upload_files,
    pages.try_files_of_another,
    pages.touch_what_others_have,
    pages.try_tokens_of_another,
    pages.ask_for_a_token_at_the_address_of_another,
    dashboard.try_the_dashboard,
)
CHANGING = (
    pages.look_at_every_page,
    pages.remove_space_and_add_it_again,
    pages.choose_tools_of_a_space,
    pages.offer_other_parts_of_a_space,
    pages.agree_to_tools_of_a_space,
    pages.choose_for_a_space,
    pages.have_alerts,
    pages.have_profiles,
    pages.change_selection,
    pages.try_other_selections,
    pages.make_and_revoke_keys,
    pages.make_and_delete_a_webhook,
    pages.connect_and_disconnect_apps,
    pages.refresh,
    pages.sign_out_and_in,
    pages.sign_out_everywhere,
    pages.leave_and_come_back,
)
NO_THROTTLE = {"OAUTH_REGISTRATIONS_PER_HOUR": "10000"}


@pytest.fixture
def rng() -> Random:
    seed = os.environ.get("ISOLATION_SEED") or str(SystemRandom().getrandbits(32))
    print(f"ISOLATION_SEED={seed}")
    return Random(seed)


@pytest.fixture
def admin(new_user) -> Person:
    return new_user()


@pytest.fixture(params=["sqlite", "postgres"])
def workers(request, make_product, admin, space) -> list[str]:
    """The address of one process on SQLite, or of two that share PostgreSQL and Redis."""
    env = {"ADMIN_HF_USERS": admin.name, **NO_THROTTLE}
    if request.param == "sqlite":
        return [make_product(**env).url]
    make_worker = request.getfixturevalue("postgres_product")
    first, port = make_worker(**env), free_port()
    make_worker(**env, PUBLIC_URL=first.url, PORT=str(port))
    return [first.url, f"http://127.0.0.1:{port}"]


def test_nothing_of_one_is_ever_sent_to_another(workers, hub, admin, new_user, rng):
    ledger = Ledger()
    with httpx.HTTPTransport(limits=httpx.Limits(max_connections=20)) as transport:
        people = [Tenant(new_user(), choices, workers, ledger, transport) for choices in CHOICES]
        staff = Tenant(admin, CHOICES[0], workers, ledger, transport)
        nobody = Visitor("", workers, ledger, transport)
        at_once([partial(person.move_in, hub.url) for person in [*people, staff]])

        at_once(
            [
                *[partial(live_on, person, people, rng.random()) for person in people],
                partial(watch_on, staff, people, rng.random()),
                partial(stay_outside, nobody, people, rng.random()),
            ]
        )

        for person in people:
            person.hang_up()

    answered = {route for _, route in ledger.visited}
    assert set(all_routes()) - answered == set()


def live_on(person: Tenant, people: Sequence[Tenant], seed: float) -> None:
    person.rng = Random(seed)
    others = [other for other in people if other is not person]
    todo = [*READING, *CHANGING]
    person.rng.shuffle(todo)
    for action in todo:
        action(person, others)


def watch_on(staff: Tenant, people: Sequence[Tenant], seed: float) -> None:
    staff.rng = Random(seed)
    for _ in range(5):
        dashboard.watch_the_dashboard(staff, people)
    pages.look_at_every_page(staff, people)


def stay_outside(nobody: Visitor, people: Sequence[Tenant], seed: float) -> None:
    nobody.rng = Random(seed)
    for _ in range(5):
        mcp.be_nobody(nobody, people)
    dashboard.be_nobody_at_the_dashboard(nobody)
    pages.be_nobody_in_a_browser(nobody, people)


def at_once(jobs) -> None:
    with ThreadPoolExecutor(len(jobs)) as pool:
        for done in [pool.submit(job) for job in jobs]:
            done.result()
