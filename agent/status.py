"""How the sessions of a conversation stand, for a line that is shown all the time."""

from datetime import UTC, datetime

from camara_qod.tools.camara.errors import NotFound
from camara_qod.tools.camara.models import QosStatus, SessionInfo
from camara_qod.tools.errors import QodError
from camara_qod.tools.interpreter.reading.sessions import KnownSessions
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.wording import spoken


class SessionWatch:
    """Remembers the sessions that were looked up last; time passes without asking again."""

    def __init__(self, plugin: QodPlugin) -> None:
        self._plugin = plugin
        self._found: list[SessionInfo] = []

    def look(self, known: KnownSessions) -> list[SessionInfo]:
        """The sessions as they are now; those that are gone are left out.

        Args:
            known: those of the conversation.
        """
        found = []
        for session_id in known.listed:
            try:
                found.append(self._plugin.client.get_session(session_id))
            except NotFound:
                continue
            except QodError:
                break  # what is known stays on show
        else:
            self._found = found
        return found

    def line(self) -> str:
        """One line: "QOS_E AVAILABLE, 1 hour 59 minutes left"; empty without sessions."""
        return " · ".join(_short(session) for session in self._found)


def _short(session: SessionInfo) -> str:
    text = f"{session.qos_profile} {session.qos_status.value}"
    if session.qos_status is not QosStatus.AVAILABLE or session.expires_at is None:
        return text
    left = round((session.expires_at - datetime.now(UTC)).total_seconds())
    if left <= 0:
        return f"{session.qos_profile} has ended"
    rounded = left if left < 120 else left - left % 60
    return f"{text}, {spoken(rounded)} left"
