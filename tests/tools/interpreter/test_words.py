"""The interpreter decides by no word: what a text means is the model's to say.

Patterns and word lists in its code would be a second, hidden model, made by hand for the language
of whoever wrote it. Forms are read (an address, a number, a length of time); the words of lengths
and of ports are data.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "tools" / "interpreter"
#: Files that may hold words of a language, none of which says what is meant by a request.
DATA = ("reading/ports.toml", "reading/lengths/fields.toml", "reading/lengths/languages/*.toml")
MOST = 50
_REGEX = re.compile(r"\\[bBdDsSwW]|\(\?|\[\^|\||\\p\{|\[[^\]]*-[^\]]*\]")
_LIST_OF_WORDS = 15
_READERS = ("re", "regex")


def patterns(source: str) -> Iterator[str]:
    """Strings of a module that text is matched with: patterns, lists of words, words in texts."""
    tree = ast.parse(source)
    told = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    handed = {
        id(part)
        for node in ast.walk(tree)
        if matches(node) or contains(node)
        for part in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Tuple | ast.List | ast.Set | ast.Dict):
            yield from long_list(node)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            text = node.value
            if id(node) in handed or _REGEX.search(text) or is_list(text):
                yield text


def matches(node: ast.AST) -> bool:
    """Whether a call hands a pattern to a library of regular expressions."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in _READERS
    )


def contains(node: ast.AST) -> bool:
    """Whether a text is looked for in another one, or among some."""
    return isinstance(node, ast.Compare) and any(
        isinstance(way, ast.In | ast.NotIn) for way in node.ops
    )


def is_list(text: str) -> bool:
    """Whether it is many words and no sentence."""
    return len(text.split()) > _LIST_OF_WORDS and not re.search(r"[.,:;]", text)


def long_list(node: ast.Tuple | ast.List | ast.Set | ast.Dict) -> Iterator[str]:
    """The entries of a collection that has many plain lower-case words."""
    entries = node.keys if isinstance(node, ast.Dict) else node.elts
    texts = [str(item.value) for item in entries if isinstance(item, ast.Constant)]
    plain = [text for text in texts if text.isalpha() and text.islower()]
    if len(plain) > _LIST_OF_WORDS:
        yield from plain


def words(pattern: str) -> set[str]:
    """What is spelt out in a pattern, three letters and more, without the syntax around it."""
    bare = re.sub(r"\(\?(?:P?<\w+>|[a-zA-Z]+[:)]|[:=!>]|<[=!])|\\[pP]\{\w+\}|\\.", " ", pattern)
    bare = re.sub(r"\[(?:[^\]\\]|\\.)*\]", " ", bare)
    return {word.lower() for word in re.findall(r"[^\W\d_]{3,}", bare)}


def test_few_words_stand_in_patterns() -> None:
    found = {
        str(path.relative_to(FOLDER)): {
            word for text in patterns(path.read_text(encoding="utf-8")) for word in words(text)
        }
        for path in sorted(FOLDER.rglob("*.py"))
    }
    assert len(found) > 40
    spelt_out = {name: sorted(some) for name, some in found.items() if some}
    assert len(set().union(*found.values())) < MOST, spelt_out


def test_words_of_languages_stand_in_the_named_data_files_alone() -> None:
    held = {path for form in DATA for path in FOLDER.glob(form)}
    assert len(held) > 10
    others = {
        str(path.relative_to(FOLDER))
        for path in FOLDER.rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc") and path not in held
    }
    assert others <= {"py.typed"}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (r'A = re.compile(r"(?:delete|cancel|stop)\s+(?P<what>session)")', 4),
        (r'A = re.search("gaming", text)', 1),
        (r'A = r"\b(?i:until|bis|jusqu)\b"', 3),
        (r'A = rf"\b{NAME}\s+hours?\b"', 1),
        (f'A = "{"film game call " * 6}".split()', 3),
        (f"A = {[chr(97 + at) * 4 for at in range(20)]}", 20),
        ('"""A module about games and films."""\ndef f():\n    """Deletes | cancels."""', 0),
        (r'A = re.compile(r"[0-9a-f]{8}-[A-Za-z]+\w\d")', 0),
        ('A = "stop" in text or text in {"please", "now"}', 3),
        ('A = "Which device? Give its phone number."', 0),
    ],
)
def test_what_counts_as_a_word(source: str, expected: int) -> None:
    assert len({word for text in patterns(source) for word in words(text)}) == expected
