"""How the sessions of a conversation stand, for a place where it is shown all the time."""

from textwrap import fill

from camara_qod.tools.camara.errors import NotFound
from camara_qod.tools.camara.models import QosStatus, SessionInfo
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.wording import in_words, time_left

#: So many sessions are told all the time: the screen is for the conversation.
_MOST = 4


class SessionWatch:
    """Remembers the sessions that were looked up last; time passes without asking again.

    Attributes:
        gone: ids of those that the operator did not have when they were last looked up.
    """

    def __init__(self, plugin: QodPlugin) -> None:
        self._plugin = plugin
        self._found: list[SessionInfo] = []
        self.gone: tuple[str, ...] = ()

    def look(self, known: KnownSessions) -> list[SessionInfo]:
        """The sessions as they are now; those that are gone are left out.

        Args:
            known: those of the conversation.
        """
        found, gone = [], []
        for session_id in known.listed:
            try:
                found.append(self._plugin.client.get_session(session_id))
            except NotFound:
                gone.append(session_id)
            except QodError:
                break  # what is known stays on show
        else:
            self._found = found
        self.gone = tuple(gone)
        return found

    def text(self, width: int) -> str:
        """As "1 QOS_E +351966666666, 59 minutes left"; empty without sessions.

        Side by side where they fit into `width` columns, else one below the other; of many, the
        first are told, and how many more there are.
        """
        told = [f"{number} {_short(item)}" for number, item in enumerate(self._found[:_MOST], 1)]
        if (more := len(self._found) - _MOST) > 0:
            told.append(f"{more} more: /sessions")
        line = " · ".join(told)
        if len(line) <= width:
            return line
        return "\n".join(fill(item, width, subsequent_indent="  ") for item in told)


def _short(session: SessionInfo) -> str:
    """Profile and device, by which sessions are told apart, and how long it lasts."""
    whose = in_words("device", session.device.wire()) if session.device else ""
    state = time_left(session)
    if not state or session.qos_status is not QosStatus.AVAILABLE:
        state = session.qos_status.value
    return f"{session.qos_profile} {whose or str(session.session_id)[:8]}, {state}"
