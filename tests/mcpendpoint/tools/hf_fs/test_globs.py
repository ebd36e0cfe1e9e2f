import time

import pytest

from mcpendpoint.tools.hf_fs.failures import Failure
from mcpendpoint.tools.hf_fs.globs import Glob


@pytest.mark.parametrize(
    ("pattern", "matching", "others"),
    [
        ("*.txt", ["a.txt", ".txt", ".a.txt"], ["a/b.txt", "a.txt.gz", "txt"]),
        ("**/*.txt", ["a.txt", "a/b.txt", "a/b/c.txt"], ["a.md"]),
        ("data/**", ["data", "data/a", "data/a/b"], ["database", "x/data"]),
        ("**", ["a", "a/b", ""], []),
        ("a/**/z", ["a/z", "a/b/z", "a/b/c/z"], ["a", "z", "az"]),
        ("**/b/**", ["b", "a/b", "b/c", "a/b/c/d"], ["a", "ab/c"]),
        ("?.md", ["a.md", "ß.md"], ["ab.md", ".md", "a/.md"]),
        ("[abc].md", ["a.md", "c.md"], ["d.md"]),
        ("[!abc].md", ["d.md"], ["a.md"]),
        ("[^a-c].md", ["d.md"], ["b.md"]),
        ("[]x]", ["]", "x"], ["y"]),
        ("[z-a]", ["[z-a]"], ["a"]),
        ("[", ["["], ["a"]),
        ("[a&&b~~c||d]", ["&", "~", "|"], ["x"]),
        ("*.{jpg,png}", ["a.jpg", "b.png"], ["a.gif", "a.jpg,png"]),
        ("{a,b}/{c,d{1,2}}", ["a/c", "b/d1", "a/d2"], ["a/d", "a/b"]),
        ("part-{1..3}", ["part-1", "part-3"], ["part-4"]),
        ("{x}", ["{x}"], ["x"]),
        ("!*.txt", ["a.md", "a/b.txt"], ["a.txt"]),
        ("./a", ["a"], ["b"]),
        (r"\*", ["*"], ["a"]),
        ("a.b+(c)$", ["a.b+(c)$"], ["aXb", "abc"]),
        ("a*b*c", ["abc", "aXbYc", "abbcc"], ["ab", "acb"]),
        ("*ab*ab*", ["abab", "xabyabz"], ["ab", "aba"]),
        ("a\0b", ["a\0b"], ["ab", "axb"]),
        ("файл*😀", ["файл-😀"], ["файл"]),
        ("a\nb*", ["a\nb\nc"], ["ab"]),
    ],
)
def test_a_glob_matches_what_it_means(pattern, matching, others):
    glob = Glob(pattern)

    assert [path for path in matching if not glob.matches(path)] == []
    assert [path for path in others if glob.matches(path)] == []


def test_letters_can_be_of_any_case():
    assert Glob("*LLAMA*", ignore_case=True).matches("my-llama-3")
    assert not Glob("*LLAMA*").matches("my-llama-3")


def test_braces_are_limited():
    with pytest.raises(Failure, match="more than"):
        Glob("{a,b}" * 10).matches("x")
    with pytest.raises(Failure, match="more than"):
        Glob("{0..9999}").matches("x")


@pytest.mark.parametrize(
    "pattern",
    [
        "*a" * 200,
        "**/" * 120 + "x",
        "a**a**a**a**b",
        "[a-z]*" * 80,
        "*" * 500,
        "?*" * 200,
        "**" * 9,
    ],
)
def test_no_pattern_is_slow(pattern):
    glob = Glob(pattern)
    started = time.perf_counter()

    glob.matches("a" * 2_000 + "!")
    glob.matches("a/" * 500 + "!")

    assert time.perf_counter() - started < 1
