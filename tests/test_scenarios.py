"""What the plugin is for, with the shipped model and in wordings it was not trained on."""

import json

import pytest

from camara_qod.tools.catalogue import Catalogue
from camara_qod.tools.interpreter.interpreter import Interpreter
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings
from camara_qod.training.corpus.generate.uses import load_uses

SCENARIOS = {
    "gaming": (
        "Need low latency for gaming, IP 192.168.1.50, 2 hours",
        {"ipv4Address": {"publicAddress": "192.168.1.50", "privateAddress": "192.168.1.50"}},
        "QOS_E",
        7200,
    ),
    "streaming": (
        "We want to watch a 4K movie stream tonight on +351 912 345 678, an hour and a half",
        {"phoneNumber": "+351912345678"},
        "QOS_S",
        5400,
    ),
    "iot": (
        "Our plant's IoT sensors report through 203.0.113.77:9000, keep that reliable for 8 hours",
        {"ipv4Address": {"publicAddress": "203.0.113.77", "publicPort": 9000}},
        "QOS_M",
        28800,
    ),
    "video call": (
        "I have a video call with my team in five, phone is 2001:db8::42, 45 min please",
        {"ipv6Address": "2001:db8::42"},
        "QOS_L",
        2700,
    ),
}


@pytest.fixture(scope="module")
def plugin(embedded, demo: QodSettings, catalogue: Catalogue):
    plugin = QodPlugin(Interpreter(embedded, demo, catalogue))
    yield plugin
    plugin.close()


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_four_scenarios(plugin: QodPlugin, scenario: str) -> None:
    text, device, profile, duration = SCENARIOS[scenario]
    outcome = plugin.request(text)
    assert outcome.body == {
        "device": device,
        "applicationServer": {"ipv4Address": "203.0.113.100"},
        "qosProfile": profile,
        "duration": duration,
    }
    assert outcome.session is not None
    assert outcome.session.qos_status == "AVAILABLE"


def test_the_wordings_are_not_training_phrases() -> None:
    uses = load_uses()
    phrases = {text for items in (*uses.nouns.values(), *uses.sentences.values()) for text in items}
    for text, *_ in SCENARIOS.values():
        assert not [phrase for phrase in phrases if len(phrase.split()) > 2 and phrase in text]


@pytest.mark.parametrize(
    ("text", "operation", "missing", "words"),
    [
        ("Need low latency for gaming for 2 hours", "clarify", ["device"], "Which device?"),
        ("What's the weather?", "decline", None, "That is not for me"),
        (
            "Gaming on device 300.1.2.3 for an hour",
            "clarify",
            ["device"],
            "300.1.2.3 is not an IPv4 address.",
        ),
    ],
)
def test_nothing_is_sent_where_something_is_missing(
    plugin: QodPlugin, text: str, operation: str, missing: list[str] | None, words: str
) -> None:
    outcome = plugin.request(text)
    assert outcome.interpretation.decision.operation == operation
    assert outcome.interpretation.decision.arguments.get("missing") == missing
    assert words in outcome.text
    assert not outcome.sent
    assert json.dumps(outcome.to_dict())
