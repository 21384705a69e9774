import json
import random

import pytest
from transformers import AutoTokenizer

from camara_qod.tools.errors import DecodingError, SettingsError, TrainingError
from camara_qod.tools.interpreter.completing.complete import complete
from camara_qod.tools.interpreter.decision import Decision
from camara_qod.tools.interpreter.offering.notation import write
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.replay import Replayer
from camara_qod.training.corpus.dataset import IGNORED, Record, demo_context, generate, tokenized
from camara_qod.training.corpus.generate.conversations import fill
from camara_qod.training.corpus.generate.example import Example
from camara_qod.training.corpus.generate.uses import load_uses, split
from camara_qod.training.evaluation.open_schema import ARGUMENTS
from camara_qod.training.recipe import load_recipe

USES = load_uses()


def test_the_data_are_deterministic_and_do_not_repeat() -> None:
    first = list(generate(USES, 200, seed=3))
    assert first == list(generate(USES, 200, seed=3))
    assert first != list(generate(USES, 200, seed=4))
    assert len({item.context.messages for item in first}) == 200


def test_every_label_replays_and_completes_to_a_valid_decision(tiny_phi3) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    replayer = Replayer(tokenizer)
    for record in generate(USES, 400, seed=11):
        offer, written = Offer(record.context), write(record.answer)
        replay = replayer.replay(written, offer.schema)
        assert tokenizer.decode(replay.token_ids) == written
        pointed = offer.pointed(record.answer)
        decision = complete(pointed.decision, record.context, pointed.mentions).decision
        if decision.acts:
            ARGUMENTS[decision.operation].model_validate(decision.arguments)


def test_every_conversation_can_be_filled_and_emitted() -> None:
    rng = random.Random(2)
    refused = []
    for template in USES.conversations:
        try:
            record = Record.of(fill(rng, template, USES))
            pointed = Offer(record.context).pointed(record.answer)
            complete(pointed.decision, record.context, pointed.mentions)
        except DecodingError:  # a rare use or number reads as something else beside these words
            refused.append(template)
    assert len(refused) < len(USES.conversations) / 100


def test_several_identifiers_of_one_device_fill_one_argument() -> None:
    template = {
        "messages": ["{public} with {private} inside and {phone}, ports {low}-{high}"],
        "operation": "createSession",
        "arguments": {"device": ["private", "public", "phone"], "devicePorts": "low-high"},
    }
    item = fill(random.Random(1), template, USES)
    device = item.chosen["device"]
    assert list(device) == ["phoneNumber", "ipv4Address"]
    assert item.messages[0].startswith(device["ipv4Address"]["publicAddress"])
    assert device["ipv4Address"]["privateAddress"] in item.messages[0]
    (pair,) = item.chosen["devicePorts"]["ranges"]
    assert f"{pair['from']}-{pair['to']}" in item.messages[0]


def test_a_label_that_the_grammar_cannot_emit_is_refused(tiny_phi3) -> None:
    replayer = Replayer(AutoTokenizer.from_pretrained(tiny_phi3))
    names = {"qosProfile": "gaming", "duration": None}
    schema = Offer(demo_context(["gaming on 10.0.0.1"])).schema
    replayer.replay(write(Decision("createSession", {"device": "A", **names})), schema)
    for device in ("B", "+351966666666"):
        label = Decision("createSession", {"device": device, **names})
        with pytest.raises(DecodingError):
            replayer.replay(write(label), schema)


def test_an_example_whose_values_nobody_said_is_refused() -> None:
    phone = {"device": {"phoneNumber": "+351966666666"}}
    said = Example(["gaming on +351 966 666 666"], "createSession", phone)
    assert Record.of(said).answer.arguments["device"] == "A"
    with pytest.raises(DecodingError, match="does not offer device"):
        Record.of(Example(["gaming on 10.0.0.1"], "createSession", phone))


def test_the_free_choices_are_learned_and_the_prompt_is_not(tiny_phi3) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    device = {"publicAddress": "10.0.0.1", "privateAddress": "10.0.0.1"}
    chosen = {"device": {"ipv4Address": device}, "qosProfile": "QOS_E", "duration": 7200}
    said = ["it stutters, 10.0.0.1, two hours"]
    records = [Record.of(Example(said, "createSession", chosen))]
    options = {"batch_size": 1, "seed": 0}
    (choices,) = tokenized(records, tokenizer, whole_share=0.0, **options)
    (whole,) = tokenized(records, tokenizer, whole_share=1.0, **options)
    learned = [token for token in choices["labels"] if token != IGNORED]
    assert 3 <= len(learned) < 20
    read = tokenizer.decode(choices["input_ids"])
    assert "it stutters, [A:lan], two hours [B]" in read
    assert "10.0.0.1" not in read
    answer = [token for token in whole["labels"] if token != IGNORED]
    written = json.loads(tokenizer.decode(answer, skip_special_tokens=True))
    assert written["arguments"] == chosen | {"applicationServer": None}
    assert answer[-1] == tokenizer.eos_token_id
    assert len(answer) > 3 * len(learned)


def test_rows_of_similar_length_stand_together_in_random_order(tiny_phi3) -> None:
    tokenizer = AutoTokenizer.from_pretrained(tiny_phi3)
    records = list(generate(USES, 160, seed=5))
    rows = tokenized(records, tokenizer, whole_share=0.0, batch_size=8, seed=0)
    lengths = [len(row["input_ids"]) for row in rows]
    batches = [lengths[at : at + 8] for at in range(0, 160, 8)]
    spread = sum(max(batch) - min(batch) for batch in batches) / len(batches)
    assert spread < 0.3 * (max(lengths) - min(lengths))
    assert batches != sorted(batches)


def test_validation_meets_phrases_that_training_never_saw() -> None:
    known, unseen = split(USES, 0.1, seed=1)
    for need, phrases in unseen.nouns.items():
        assert phrases
        assert not set(phrases) & set(known.nouns[need])
        assert len(phrases) + len(known.nouns[need]) == len(USES.nouns[need])
    assert random.Random(0).choice(unseen.decline) not in known.decline


def test_a_recipe_with_an_unknown_key_is_refused(tmp_path) -> None:
    assert load_recipe("embedded").model == "embedded"
    path = tmp_path / "mine.yaml"
    path.write_text("model: embedded\nlearning: 1\n")
    with pytest.raises(SettingsError, match="data"):
        load_recipe(str(path))
    with pytest.raises(SettingsError, match="embedded"):
        load_recipe("nothing")


def test_uses_are_distinct() -> None:
    declined = [item["text"] for item in USES.decline]
    for items in (*USES.nouns.values(), *USES.sentences.values(), declined, USES.unstated):
        assert len({text.lower() for text in items}) == len(items)
    assert json.dumps(USES.unstated)


def test_phrases_of_every_kind_are_left_to_validate_with() -> None:
    _, none = split(USES, 0.001, seed=1)
    with pytest.raises(TrainingError, match="validation_share"):
        list(generate(none, 1, 0))
    assert not list(generate(none, 0, 0))
