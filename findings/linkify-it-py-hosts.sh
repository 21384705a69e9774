#!/usr/bin/env bash
# linkify-it-py 2.2.0 (PyPI), with its default settings.
#
# A link that is written out with its scheme is not found at all where its host is an IPv6 literal or
# has an underscore, and where it stands right behind a letter of a script without spaces
# ("通知https://…"). What such a script writes right behind a link, its full stop too, counts as part
# of the path, and so do a dash of typesetting and an ellipsis.
#
# Source: seen by running it; the README speaks of neither.
#
# Why it matters: whoever reads links out of Chinese or Japanese text misses them in silence, and
# takes "…/x—thanks" for one link. It is good for hosts without a scheme, since it knows the
# top-level domains; links with a scheme are better found by their scheme and judged by a URL library.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install -q --disable-pip-version-check linkify-it-py==2.2.0
"$folder/venv/bin/python" - <<'PYTHON'
from linkify_it import LinkifyIt

found = {}
for text in (
    "to https://hooks.example/qod now",
    "to https://[2001:db8::1]:8443/qod now",
    "to https://call_backs.example/qod now",
    "通知https://hooks.example/qod",
    "通知 https://hooks.example/qod。",
    "通知 https://hooks.example/qod谢谢",
    "to https://hooks.example/qod—thanks",
    "to https://hooks.example/qod…",
):
    found[text] = [link.raw for link in LinkifyIt().match(text) or []]
    print(text, "->", found[text])

assert list(found.values()) == [
    ["https://hooks.example/qod"],
    [],
    [],
    [],
    ["https://hooks.example/qod。"],
    ["https://hooks.example/qod谢谢"],
    ["https://hooks.example/qod—thanks"],
    ["https://hooks.example/qod…"],
], "the behaviour has changed"
PYTHON
