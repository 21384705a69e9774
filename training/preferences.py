"""Preference pairs: near misses, since pairs that differ everywhere teach nothing."""

import json
import random
from collections.abc import Iterable, Iterator
from copy import deepcopy
from importlib.resources import files
from pathlib import Path
from typing import Any

from datasets import Dataset

from camara_qod.tools.errors import DecodingError
from camara_qod.tools.interpreter.decision import DECLINE, Decision
from camara_qod.tools.interpreter.operation import schema_for
from camara_qod.tools.interpreter.prompt import TURN, render
from camara_qod.tools.interpreter.prompt_cache import common_length
from camara_qod.tools.interpreter.replay import Replayer
from camara_qod.training.choices import choices
from camara_qod.training.dataset import demo_context, read_jsonl

#: `{"messages", "chosen", "rejected", "kind"}`; chosen and rejected are texts.
Pair = dict[str, Any]


def curated_pairs() -> list[Pair]:
    """The hand-written near misses, `prompt`/`chosen`/`rejected`."""
    path = Path(str(files("camara_qod.data"))) / "preferences.jsonl"
    items = read_jsonl(path, "prompt", "chosen", "rejected", "kind")
    return [item | {"messages": item["prompt"].split(TURN)} for item in items]


def near_misses(records: Iterable[dict[str, Any]], seed: int) -> Iterator[Pair]:
    """One pair for each record that can be made wrong in one place."""
    rng = random.Random(seed)  # noqa: S311  (data, not secrets)
    for record in records:
        decision = Decision.from_json(record["emitted"])
        options = [(kind, wrong) for kind, spoil in _SPOILERS.items() if (wrong := spoil(decision))]
        if options:
            kind, wrong = rng.choice(options)
            yield {
                "messages": record["messages"],
                "chosen": record["emitted"],
                "rejected": json.dumps(wrong, separators=(",", ":"), ensure_ascii=False),
                "kind": kind,
            }


Wrong = dict[str, Any] | None


def _changed(decision: Decision, **arguments: Any) -> Wrong:
    return {
        "operation": decision.operation,
        "arguments": deepcopy(decision.arguments) | arguments,
    }


def _wrong_unit(decision: Decision) -> Wrong:
    for name in ("duration", "requestedAdditionalDuration"):
        seconds = decision.arguments.get(name)
        if seconds and seconds % 60 == 0:
            return _changed(decision, **{name: seconds // 60})
    return None


def _roles_swapped(decision: Decision) -> Wrong:
    device = (decision.arguments.get("device") or {}).get("ipv4Address")
    server = (decision.arguments.get("applicationServer") or {}).get("ipv4Address", "/")
    if not device or "/" in server:
        return None
    swapped = {"publicAddress": server, "privateAddress": server}
    return _changed(
        decision,
        device={"ipv4Address": swapped},
        applicationServer={"ipv4Address": device["publicAddress"]},
    )


def _invented_server(decision: Decision) -> Wrong:
    if decision.arguments.get("applicationServer", decision) is not None:
        return None
    return _changed(decision, applicationServer={"ipv4Address": "203.0.113.100"})


def _invented_device(decision: Decision) -> Wrong:
    if decision.arguments.get("device", decision) is not None:
        return None
    return _changed(decision, device={"phoneNumber": "+491701234567"})


def _invented_port(decision: Decision) -> Wrong:
    device = (decision.arguments.get("device") or {}).get("ipv4Address")
    if not device or "publicPort" in device:
        return None
    return _changed(decision, device={"ipv4Address": device | {"publicPort": 443}})


def _unknown_field(decision: Decision) -> Wrong:
    return None if decision.operation == DECLINE else _changed(decision, priority="high")


def _flat(decision: Decision) -> Wrong:
    if "device" not in decision.arguments:
        return None
    return {"operation": decision.operation} | decision.arguments


def _dropped(decision: Decision) -> Wrong:
    given = [name for name, value in decision.arguments.items() if value is not None]
    return _changed(decision, **{given[-1]: None}) if given else None


_SPOILERS = {
    "wrong_unit": _wrong_unit,
    "roles_swapped": _roles_swapped,
    "invented_server": _invented_server,
    "invented_device": _invented_device,
    "invented_port": _invented_port,
    "unknown_field": _unknown_field,
    "flat": _flat,
    "dropped_value": _dropped,
}


def tokenized_pairs(pairs: Iterable[Pair], tokenizer: Any) -> Dataset:
    """Token ids in the form of TRL's preference collator.

    The chosen text has the tokens of its grammar; so has the rejected one where the grammar allows
    it, since that is how decoding would emit it; where not, it is a mistake of free decoding, whose
    prompt names the choices. What both begin with counts as prompt: its
    probabilities cancel in the loss.

    Raises:
        DecodingError: a chosen text is not what its grammar can emit.
    """
    replayer = Replayer(tokenizer)
    rows = []
    for pair in pairs:
        context = demo_context(pair["messages"])
        schema = schema_for(context)
        eos = [tokenizer.eos_token_id]
        chosen = replayer.replay(pair["chosen"], schema).token_ids + eos
        # What its grammar forbids can only be written where nothing but the choices are told.
        told: list[str] = []
        try:
            rejected = replayer.replay(pair["rejected"], schema).token_ids + eos
        except DecodingError:
            rejected = tokenizer(pair["rejected"], add_special_tokens=False)["input_ids"] + eos
            told = choices(context)
        prompt = tokenizer(render(tokenizer, pair["messages"], told), add_special_tokens=False)
        same = common_length(chosen, rejected)
        rows.append(
            {
                "prompt_ids": prompt["input_ids"] + chosen[:same],
                "chosen_ids": chosen[same:],
                "rejected_ids": rejected[same:],
            }
        )
    return Dataset.from_list(rows)
