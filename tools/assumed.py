"""What a person did not say and a request holds all the same, in a sentence."""

from camara_qod.tools.interpreter.decision import Assumption, Interpretation


def assumed_text(made: Interpretation) -> str:
    """Which values were not stated, and what was assumed of those that were; empty for nothing."""
    stated = {name for name, value in made.emitted.arguments.items() if value is not None}
    missing = [item for item in made.assumptions if item.argument not in stated]
    added = [item for item in made.assumptions if item.argument in stated]
    return " ".join(filter(None, [_listed("Not stated", missing), _listed("Assumed", added)]))


def _listed(what: str, items: list[Assumption]) -> str:
    told = ", ".join(f"{item.argument} ({item.reason})" for item in items)
    return f"{what}: {told}." if told else ""
