"""What a conversation offers, told in words to a model that no grammar holds."""

import json
from typing import Any

from camara_qod.tools.catalogue import Need
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.offering.choice import Choice
from camara_qod.tools.interpreter.offering.offer import Offer
from camara_qod.tools.interpreter.operations import ARGUMENTS

#: Of one argument; a long list would take longer to read than the request.
MOST = 8
#: Arguments that have the values of another one.
_SAME_AS = {"requestedAdditionalDuration": "duration", "name": "qosProfile"}
_NEEDS = [need.value for need in Need]


def choices(context: Context) -> list[str]:
    """The values that a conversation offers, as `"argument":value`, each as decided.

    They are normalised (seconds, E.164, wire form), so that what is left is to choose and to copy.
    Of the four needs, which the model knows, only those are told that were named.
    """
    return [
        f"{json.dumps(name)}:{json.dumps(value, separators=(',', ':'), ensure_ascii=False)}"
        for name, values in _offered(Offer(context)).items()
        for value in values[:MOST]
    ]


def _offered(offer: Offer) -> dict[str, list[Any]]:
    offered: dict[str, list[Any]] = {}
    for operation in ARGUMENTS:
        for name, some in offer.choices(operation).items():
            values = offered.setdefault(_SAME_AS.get(name, name), [])
            values += [
                item.value
                for item in some
                if item.usable and item.value not in values and _told(item)
            ]
    return offered


def _told(item: Choice) -> bool:
    return bool(item.mentions) or item.value not in _NEEDS
