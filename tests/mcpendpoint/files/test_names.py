import pytest

from mcpendpoint.files.names import (
    MAX_NAME_CHARS,
    clean_name,
    ending_of,
    in_words,
    served_type,
    type_of,
)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("cat.png", "cat.png"),
        ("../../etc/passwd", "passwd"),
        ("C:\\photos\\cat.png", "cat.png"),
        ("folder/", "folder"),
        ("", "file"),
        ("...", "file"),
        (".bashrc", "bashrc"),
        ("a\x00b\r\nSet-Cookie: x.txt", "ab Set-Cookie_ x.txt"),
        ("gpj.\u202eexe", "gpj.exe"),
        ('"><script>.svg', "___script_.svg"),
        ("größe 猫.jpg", "größe 猫.jpg"),
        ("x" * 500 + ".tar", "x" * (MAX_NAME_CHARS - 4) + ".tar"),
        ("x." + "y" * 500, "x." + "y" * (MAX_NAME_CHARS - 2)),
    ],
)
def test_a_name_is_a_name_and_nothing_else(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("given", "name", "found"),
    [
        ("image/png", "cat.jpg", "image/png"),
        ("Text/HTML; charset=utf-8", "x", "text/html"),
        ("", "cat.png", "image/png"),
        ("application/octet-stream", "a.csv", "text/csv"),
        ("evil\r\nX: y", "a", "application/octet-stream"),
    ],
)
def test_a_type_is_what_was_told_or_what_the_name_tells(given, name, found):
    assert type_of(given, name) == found


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "text/xml", "text/javascript"])
def test_what_a_browser_might_run_is_sent_as_bytes(kind):
    assert served_type(kind) == "application/octet-stream"


def test_sizes_are_said_in_words():
    sizes = (0, 1, 999, 1_500, 100_000_000, 1_000_000_000, 10**19)

    assert [in_words(size) for size in sizes] == [
        *("0 bytes", "1 byte", "999 bytes", "1.5 kB", "100 MB", "1 GB"),
        "10000 PB",
    ]


@pytest.mark.parametrize(
    ("mime_type", "ending"),
    [
        ("audio/wav", ".wav"),
        ("audio/x-m4a", ".m4a"),
        ("audio/ogg", ".ogg"),
        ("image/jpg", ".jpg"),
        ("image/png", ".png"),
        ("Audio/WAV; rate=16000", ".wav"),
        ("no/such", ""),
    ],
)
def test_ending_of_a_type_is_one_that_programs_know(mime_type, ending):
    assert ending_of(mime_type) == ending
