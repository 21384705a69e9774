"""The operator's profile for what was meant."""

from collections.abc import Iterator

from camara_qod.tools.catalogue import NEED_MEANINGS, CatalogueProfile, Need
from camara_qod.tools.interpreter.completing.draft import Draft, Note
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Question
from camara_qod.tools.interpreter.reading.mention import ProfileName


def profile_step(draft: Draft) -> Iterator[Note]:
    """The profile of a session to be created: one in service."""
    duration = draft.body.get("duration") or draft.context.settings.default_duration
    profile = chosen_profile(draft.body.get("qosProfile"), draft, duration)
    if profile is None:
        yield profile_question("qosProfile", draft)
    elif profile not in draft.context.catalogue.active:
        text = f"The profile {profile.name} is {profile.status.value}. "
        names = profile_names(draft.context)
        yield Question("qosProfile", f"{text}The profiles in service are {names}.")
    else:
        draft.body["qosProfile"] = profile.name


def name_step(draft: Draft) -> Iterator[Note]:
    """The profile that is asked about."""
    profile = chosen_profile(draft.body.get("name"), draft)
    if profile is None:
        yield profile_question("name", draft)
    else:
        draft.body["name"] = profile.name


def profile_question(argument: str, draft: Draft) -> Question:
    """What to ask where what was chosen is no profile that the operator has."""
    unknown = [item.name for item in draft.said(argument, ProfileName) if not item.known]
    start = f"{unknown[-1]} is not a profile of this operator. " if unknown else ""
    if (value := draft.body.get(argument)) is not None:
        start = f"No profile of this operator is meant for {NEED_MEANINGS[Need(value)]}. "
    ask = "What is it for?" if argument == "qosProfile" else "Which one?"
    text = f"{start}{ask} The profiles are {profile_names(draft.context)}."
    names = ", ".join(item.name for item in draft.context.catalogue.active)
    return Question(argument, text, again=f"{start}{ask} The profiles are {names}.")


def profile_names(context: Context) -> str:
    """The profiles in service, for a person to choose from."""
    return ", ".join(
        f"{item.name} ({item.description})" if item.description else item.name
        for item in context.catalogue.active
    )


def chosen_profile(
    value: str | None, draft: Draft, duration: int | None = None
) -> CatalogueProfile | None:
    """A name that the user wrote is that profile; anything else is one of the four needs.

    Where several profiles serve a need, the first of the catalogue that allows the duration.
    """
    if value is None:
        return None
    catalogue = draft.context.catalogue
    written = {item.name for item in draft.context.of(ProfileName) if item.known}
    if value in written:
        return catalogue.get(value)
    serving = catalogue.needs.get(Need(value), [])
    allowing = [item for item in serving if duration is None or item.allows(duration)]
    return next(iter([*allowing, *serving]), None)
