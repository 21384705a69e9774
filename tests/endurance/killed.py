"""A command of ours as a process that is killed and started again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping

import httpx2

#: Seconds in which it has to answer.
PATIENCE = 60.0


class Killed:
    """A server as a process.

    Args:
        port: where it listens.
        command: of `qod`, with its options but for the port.
        ready: path that is answered once it serves.
        environment: variables beside those of this process.
    """

    def __init__(
        self,
        port: int,
        command: list[str],
        ready: str,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self._command = [sys.executable, "-m", "camara_qod.agent.cli", *command]
        self._command += ["--port", str(port)]
        self._ready = ready
        self._environment = os.environ | dict(environment or {})
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        self._process = subprocess.Popen(
            self._command,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                httpx2.get(f"{self.root}{self._ready}")
            except httpx2.HTTPError:
                time.sleep(0.05)
            else:
                return
        raise SystemExit(f"{' '.join(self._command)} does not start.")

    def kill(self) -> None:
        """SIGKILL."""
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
