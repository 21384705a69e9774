"""What may be wrong with a configuration, looked at step by step; nothing is created or changed."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from camara_qod.tools.camara.errors import CamaraError, NotFound
from camara_qod.tools.camara.models import QosProfile, QosProfileDeviceRequest
from camara_qod.tools.camara.scopes import SCOPES
from camara_qod.tools.catalogue import Catalogue, Need
from camara_qod.tools.errors import ModelError, QodError
from camara_qod.tools.interpreter.decision import Interpretation
from camara_qod.tools.interpreter.operations import CREATE
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.recovery import advice
from camara_qod.tools.wording import listed

#: Nobody's session: the nil UUID (RFC 9562, 5.9).
_NOBODYS = UUID(int=0)
_TRIED = "Need low latency for gaming, IP 192.168.1.50, 2 hours"


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        subject: what it is.
        told: what was found and, where it is not right, what to do.
        right: whether it is; `None` where it need not be.
    """

    subject: str
    told: str
    right: bool | None = True


def examine(plugin: QodPlugin) -> Iterator[Finding]:
    """Look at operator, tokens, profiles and model, in this order.

    Args:
        plugin: as configured; its model is loaded by the last step.

    Yields:
        A finding as soon as it is made. Where the operator does not answer, nothing more is asked
        of it.
    """
    yield _operator(plugin)
    failed = [found for found in _tokens(plugin) if not found.right]
    yield from failed or [Finding("token", _token_words(plugin))]
    if not failed:
        yield from _api(plugin)
    yield from _model(plugin)


def _operator(plugin: QodPlugin) -> Finding:
    if plugin.mock:
        told = "the mock operator, in this process; set QOD_API_ROOT or QOD_OPERATOR for a real one"
        return Finding("operator", told, None)
    return Finding("operator", str(plugin.settings.api_root))


def _tokens(plugin: QodPlugin) -> Iterator[Finding]:
    """A token for each scope, where tokens are got."""
    for operation in SCOPES:
        try:
            plugin.client.authorize(operation)
        except QodError as error:
            yield Finding(f"token for {operation}", str(error), right=False)


def _token_words(plugin: QodPlugin) -> str:
    if plugin.settings.oauth_issuer:
        return f"{plugin.settings.oauth_issuer} gives one for each operation"
    return "QOD_TOKEN is sent" if plugin.settings.token else "none is sent"


def _api(plugin: QodPlugin) -> Iterator[Finding]:
    try:
        offered = plugin.client.retrieve_qos_profiles(QosProfileDeviceRequest())
    except QodError as error:
        yield Finding("qos-profiles", _refused("retrieveQoSProfiles", error), right=False)
    else:
        yield Finding("qos-profiles", f"{len(offered)} profiles are offered")
        yield from _profiles(plugin.interpreter.catalogue, offered)
    yield _sessions(plugin)


def _sessions(plugin: QodPlugin) -> Finding:
    """Whether sessions can be asked for: nobody has one with this id, and the answer says so."""
    try:
        plugin.client.get_session(_NOBODYS)
    except NotFound as error:
        if error.code == "NOT_FOUND":
            return Finding("quality-on-demand", "answers")
        return Finding("quality-on-demand", _elsewhere(error), right=False)
    except QodError as error:
        return Finding("quality-on-demand", _refused("getSession", error), right=False)
    return Finding("quality-on-demand", "answers, with a session that nobody made", None)


def _refused(operation: str, error: QodError) -> str:
    """An error, and what to do about it where that is more than it says."""
    more = advice(operation, error.code) if isinstance(error, CamaraError) else ""
    return f"{error} {more}".strip()


def _elsewhere(error: CamaraError) -> str:
    return f"{error} That is no answer of CAMARA's API: check QOD_API_ROOT."


def _profiles(catalogue: Catalogue, offered: list[QosProfile]) -> Iterator[Finding]:
    """The catalogue beside what the operator offers."""
    names = {profile.name for profile in offered}
    absent = [profile.name for profile in catalogue.active if profile.name not in names]
    if absent:
        yield Finding(
            "catalogue",
            f"the operator does not offer {', '.join(absent)}: put its own profiles into "
            "QOD_CATALOGUE, each with the need that it serves",
            right=False,
        )
    unserved = [need.value for need in Need if need not in catalogue.needs]
    if unserved:
        yield Finding("needs", f"no profile serves {', '.join(unserved)}: it is asked for", None)
    if not absent and not unserved:
        yield Finding("catalogue", "every need has a profile that the operator offers")


def _model(plugin: QodPlugin) -> Iterator[Finding]:
    settings = plugin.settings
    started = time.perf_counter()
    try:
        made = plugin.interpreter.interpret(_TRIED)
    except ModelError as error:
        yield Finding("model", str(error), right=False)
        return
    except QodError as error:
        yield Finding("decision", str(error), right=False)
        return
    loaded = time.perf_counter() - started - made.seconds
    yield Finding("model", f"{settings.model_server or settings.model}, ready after {loaded:.1f} s")
    yield _decision(made)


def _decision(made: Interpretation) -> Finding:
    sure = "" if made.confidence is None else f", {made.confidence:.0%} sure"
    asked = listed([item.argument for item in made.questions])
    how = f", which asks for {asked}" if asked else ""
    told = f'"{_TRIED}" is {made.emitted.operation}{how}{sure}, after {made.seconds:.1f} s'
    # A question is no fault: nothing is set for it here, or the operator offers something else.
    right = None if asked else True
    return Finding("decision", told, right if made.emitted.operation == CREATE else False)
