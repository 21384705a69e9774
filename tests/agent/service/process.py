"""A process of the service whose model follows a script.

python -m tests.agent.service.process PORT API_ROOT DATABASE REDIS
"""

import sys
import time
from collections.abc import Sequence
from typing import Any

from camara_qod.agent.service import conversations
from camara_qod.agent.service.run import run
from camara_qod.agent.service.settings import ServiceSettings
from camara_qod.tools.interpreter.grammar import Trace
from camara_qod.tools.plugin import QodPlugin
from camara_qod.tools.settings import QodSettings

from ..fakes import ReadingDecoder, ScriptedInterpreter, create

#: Seconds that a step is held for, and that a slow decision takes.
HELD = 2.0
SLOW = 1.5
LIMIT = "500/minute"


def phone(last: int) -> dict[str, str]:
    """One of ten devices."""
    return {"phoneNumber": f"+35196666666{last}"}


def gaming(last: int, *, slowly: bool = False) -> str:
    """A request for one of them, decided at once or slowly."""
    return f"gaming on {phone(last)['phoneNumber']} for 10 minutes{', slowly' if slowly else ''}"


class Decoder(ReadingDecoder):
    """Decides what `gaming` says, some of it slowly."""

    def decode(
        self, turns: Sequence[str], schema: dict[str, Any], deadline: Any = None
    ) -> tuple[str, Trace]:
        if "slowly" in self.context.messages[-1]:
            time.sleep(SLOW)
        return super().decode(turns, schema, deadline)


def main(port: str, root: str, database: str, redis: str) -> None:
    """Serve."""
    conversations.HELD, conversations._RENEWED_EVERY = HELD, HELD / 3
    asked = {
        gaming(last, slowly=slowly): create(phone(last), duration=600)
        for last in range(10)
        for slowly in (False, True)
    }
    settings = QodSettings(
        _env_file=None, timezone="UTC", api_root=root, default_application_server="203.0.113.100"
    )
    plugin = QodPlugin(ScriptedInterpreter(Decoder(asked), settings))
    shared = ServiceSettings(_env_file=None, database=database, redis=redis, rate_limit=LIMIT)
    run(plugin, shared, "127.0.0.1", int(port))


if __name__ == "__main__":
    main(*sys.argv[1:])
