"""How the sessions of a conversation stand, for a line that is shown all the time."""

from camara_qod.tools.camara.errors import NotFound
from camara_qod.tools.camara.models import QosStatus, SessionInfo
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.wording import in_words, time_left


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

    def line(self) -> str:
        """One line: "1 QOS_E +351966666666, 59 minutes left"; empty without sessions."""
        return " · ".join(f"{number} {_short(item)}" for number, item in enumerate(self._found, 1))


def _short(session: SessionInfo) -> str:
    """Profile and device, by which sessions are told apart, and how long it lasts."""
    whose = in_words("device", session.device.wire()) if session.device else ""
    state = time_left(session)
    if not state or session.qos_status is not QosStatus.AVAILABLE:
        state = session.qos_status.value
    return f"{session.qos_profile} {whose or str(session.session_id)[:8]}, {state}"
