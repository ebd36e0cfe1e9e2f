"""What several groups offer together."""

import pytest

from accounts.catalogue import catalogue
from accounts.consequences import JUST_DO_IT, ApprovalChoices, Choice
from accounts.groups.offers import EVERYTHING, Limits, Offer, Rules, combine

ASK, ALLOW, NEVER = Choice.ASK, Choice.ALLOW, Choice.NEVER


def offer_of(*groups: Rules) -> Offer:
    return combine(groups, catalogue, "Ask ada.")


def test_who_is_in_no_group_has_everything():
    assert offer_of() is EVERYTHING
    assert EVERYTHING.has_tool("hf_jobs")
    assert EVERYTHING.why_no_space("acme/demo") == ""
    assert EVERYTHING.least == JUST_DO_IT


def test_groups_add_up():
    students = Rules("Students", frozenset({"hf_fs"}), frozenset({"acme/one"}))
    staff = Rules("Staff", frozenset({"hf_jobs"}), frozenset({"other/*"}))

    both = offer_of(students, staff)

    assert both.has_tool("hf_fs") and both.has_tool("hf_jobs")
    assert not both.has_tool("hf_fs_write")
    assert [bool(both.why_no_space(each)) for each in ("ACME/One", "other/x", "acme/two")] == [
        *(False, False, True)
    ]
    assert both.why_not == "Not offered to your groups “Students”, “Staff”. Ask ada."


def test_all_of_one_group_is_all_for_who_is_in_another_as_well():
    both = offer_of(Rules("Students", frozenset(), frozenset()), Rules("Staff"))

    assert both.tools is None and both.spaces is None


def test_tools_come_with_those_that_they_bring_and_those_that_everybody_has():
    offer = offer_of(Rules("Students", frozenset({"hf_sandbox"})))

    always_on = {tool.name for tool in catalogue.tools if tool.is_always_on}
    assert offer.tools == {"hf_sandbox", "hf_sandbox_exec", "hf_sandbox_fs"} | always_on


def test_of_several_limits_the_most_generous_holds_and_silence_is_none():
    offer = offer_of(
        Rules("A", limits=Limits(10, None, 3)),
        Rules("B", limits=Limits(20, 5)),
        Rules("C"),
    )

    assert offer.limits == Limits(20, 5, 3, None)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [(ASK, ALLOW, ALLOW), (NEVER, ASK, ASK), (NEVER, NEVER, NEVER)],
)
def test_of_several_approval_rules_the_laxest_holds(one, other, together):
    groups = [Rules("A", least=ApprovalChoices(delete=one)), Rules("B")]
    groups[1] = Rules("B", least=ApprovalChoices(delete=other))

    assert offer_of(*groups).least.delete == together


def test_what_members_begin_with_adds_up_and_silence_says_nothing():
    offer = offer_of(
        Rules("A", default_tools=frozenset({"hf_fs"}), default_spaces=("acme/one",)),
        Rules("B", default_tools=frozenset({"hf_jobs"}), default_spaces=("acme/two", "acme/one")),
        Rules("C"),
    )

    assert offer.ticked_at_first(catalogue) == {"hf_fs", "hf_jobs"}
    assert offer.default_spaces == ("acme/one", "acme/two")
    assert offer_of(Rules("C")).ticked_at_first(catalogue) == catalogue.default_tools
