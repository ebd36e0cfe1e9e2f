"""What a command line asks for, and how one that asks for nothing is refused."""

import base64
import shlex

import pytest

from mcpendpoint.tools.hf_fs.failures import Code, Failure
from mcpendpoint.tools.hf_fs_write.arguments import MAX_CONTENT_BYTES, WriteCommand, parse_change

SHA = "0123456789abcdef0123456789abcdef01234567"


def parse(line, content=None):
    argv = shlex.split(line) if isinstance(line, str) else line
    return parse_change(WriteCommand(argv[0]), argv[1:], content)


def refusal(line, content=None):
    with pytest.raises(Failure) as caught:
        parse(line, content)
    assert caught.value.code is Code.INVALID_ARGUMENT
    return caught.value.message


def test_all_options_of_a_put_are_read():
    change = parse(
        "put hf://datasets/acme/squad/a/b.txt -m 'Add b' --description 'Why' --branch dev "
        f"--create-pr --parent-commit {SHA.upper()} --base64",
        base64.b64encode(b"\0hello").decode(),
    )

    assert str(change.uri) == "hf://datasets/acme/squad/a/b.txt"
    assert change.content == b"\0hello"
    assert (change.message, change.description, change.branch) == ("Add b", "Why", "dev")
    assert change.creates_pull_request
    assert change.parent == SHA


def test_what_is_left_out_has_a_good_default():
    put, rm = parse("put hf://models/a/b/c.txt", "hello"), parse("rm hf://models/a/b/c.txt")

    assert (put.message, rm.message) == ("Put c.txt", "Remove c.txt")
    assert put.branch == rm.branch == "main"
    assert (put.description, put.parent, put.creates_pull_request) == (None, None, False)


@pytest.mark.parametrize(
    "line",
    [
        "put put hf://models/a/b/c.txt",
        "put models/a/b/c.txt",
        "put https://huggingface.co/a/b/blob/main/c.txt",
        "put --message='Put c.txt' hf://models/a/b/c.txt",
    ],
)
def test_there_is_more_than_one_way_to_say_the_same(line):
    assert parse(line, "x") == parse("put hf://models/a/b/c.txt", "x")


@pytest.mark.parametrize(
    ("line", "branch"),
    [
        ("rm hf://models/a/b@dev/c.txt", "dev"),
        ("rm hf://models/a/b@refs/pr/3/c.txt", "refs/pr/3"),
        ("rm hf://models/a/b@feature%2Fx/c.txt", "feature/x"),
        ("rm hf://models/a/b/c.txt --branch feature/x", "feature/x"),
        ("rm hf://models/a/b@dev/c.txt --branch dev", "dev"),
    ],
)
def test_a_branch_is_named_in_the_uri_or_beside_it(line, branch):
    assert parse(line).branch == branch


@pytest.mark.parametrize("content", ["", " x ", "Größe 🦜\r\n"])
def test_text_is_written_as_it_is(content):
    assert parse("put hf://models/a/b/c.txt", content).content == content.encode()


def test_base64_may_be_broken_into_lines():
    text = base64.encodebytes(bytes(200)).decode()

    assert parse("put hf://models/a/b/c.bin --base64", text).content == bytes(200)


@pytest.mark.parametrize(
    ("line", "content", "reason"),
    [
        ("put", "x", "put requires an hf:// file URI"),
        ("rm", None, "rm requires an hf:// file URI"),
        ("put hf://models/a/b/c.txt", None, "put requires content"),
        ("put hf://models/a/b/c.txt hello", None, "unexpected argument for put: hello"),
        ("put hf://models/a/b/c.txt --force", "x", "unexpected argument for put: --force"),
        ("rm hf://models/a/b/c.txt", "x", "content is only valid with put"),
        ("rm hf://models/a/b/c.txt --base64", None, "unexpected argument for rm: --base64"),
        ("rm -r hf://models/a/b/c", None, "unexpected argument for rm: -r"),
        ("put hf://models/a/b/c.txt --base64", "not base64", "valid standard base64"),
        ("put hf://models/a/b/c.txt --base64", "aGVsbG8", "valid standard base64"),
        ("put hf://models/a/b/c.txt --base64", "_-8=", "valid standard base64"),
        ("put hf://models/a/b/c.txt", "\ud800", "valid Unicode"),
        ("put hf://models/a/b/c.txt -m ''", "x", "--message requires a non-empty value"),
        ("put hf://models/a/b/c.txt --branch ' '", "x", "--branch requires a non-empty value"),
        ("put hf://models/a/b/c.txt --description", "x", "--description requires a value"),
        ("put hf://models/a/b/c.txt -m a -m b", "x", "duplicate option for message"),
        ("put hf://models/a/b/c.txt --parent-commit abc", "x", "40-character Git commit SHA"),
        ("put hf://models/a/b@dev/c.txt --branch main", "x", "name the branch either"),
        ("put hf://models/a/b/c.txt --branch ..", "x", "not the name of a branch"),
        ("put hf://models/a", "x", "not a namespace"),
        ("put hf://models/a/b", "x", "not a folder"),
        ("put hf://models/a/b/c/", "x", "not a folder"),
        ("put hf://models/a/b/../c", "x", "cannot be part of a URI's path"),
        ("put hf://models/a/b/c%0Ad", "x", "control characters"),
        ("put hf://papers/2401.00001/paper.md", "x", "requires a file of a repository or bucket"),
        ("put /etc/passwd", "x", "must start with hf://"),
        ("put hf://buckets/a/b/c --branch main", "x", "branch is not supported for bucket"),
        ("put hf://buckets/a/b/c --create-pr", "x", "not supported for bucket"),
        ("put hf://buckets/a/b/c --description x", "x", "not supported for bucket"),
        (f"rm hf://buckets/a/b/c --parent-commit {SHA}", None, "not supported for bucket"),
        ("put hf://buckets/a/b@main/c", "x", "do not support a revision"),
        ("put hf://models/a/b/c.txt -m " + "m" * 501, "x", "longer than 500 characters"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(line, content, reason):
    assert reason in refusal(line, content)


def test_content_has_a_bound_that_is_named_with_what_to_do():
    message = refusal("put hf://models/a/b/c.txt", "x" * (MAX_CONTENT_BYTES + 1))

    assert "16,000,001 bytes" in message
    assert "16,000,000" in message
    assert "git" in message
