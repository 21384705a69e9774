"""The operations on profiles: all of them, or one by its name."""

from typing import Any

from camara_qod.tools.camara.models import QosProfileName, Request
from camara_qod.tools.interpreter import candidates
from camara_qod.tools.interpreter.completion import chosen_profile, finish, profile_question
from camara_qod.tools.interpreter.context import Context
from camara_qod.tools.interpreter.decision import Completed
from camara_qod.tools.interpreter.reading.mention import ProfileName
from camara_qod.tools.interpreter.schema import narrowed

RETRIEVE = "retrieveQoSProfiles"
GET = "getQosProfile"


class NoArguments(Request):
    """Arguments of `retrieveQoSProfiles`: none; all profiles are wanted."""


class ProfileReference(Request):
    """Arguments of `getQosProfile`: the path parameter."""

    name: QosProfileName


def nothing(_: Context) -> list[dict[str, Any]]:
    """Arguments of `retrieveQoSProfiles`."""
    return [narrowed(NoArguments, {})]


def reference(context: Context) -> list[dict[str, Any]]:
    """Arguments of `getQosProfile`: whoever has named a profile need not be asked for it."""
    named = {item.name for item in context.mentions.of(ProfileName) if item.known}
    offered = candidates.profiles(context)
    known = [name for name in offered if name is not None]
    return [narrowed(ProfileReference, {"name": known if named.intersection(known) else offered})]


def complete_nothing(_: dict[str, Any], __: Context) -> Completed:
    """Nothing to add."""
    return finish(RETRIEVE, {}, [])


def complete_reference(emitted: dict[str, Any], context: Context) -> Completed:
    """The operator's name for what was meant."""
    value = emitted["name"]
    profile = chosen_profile(value, context)
    body = {"name": profile.name} if profile else {}
    return finish(GET, body, profile_question("name", value, context))
