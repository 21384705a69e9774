"""MCP over standard input and output, where a message that cannot be read is answered too.

The SDK passes over such a line without a word, and the client waits for ever. The commonest is one
with half a character in it: JSON as JavaScript and Python write it, and as pydantic does not read.
"""

import json
import os
import signal
import sys
from typing import Any

import anyio
from anyio.streams.memory import MemoryObjectSendStream
from mcp.server.mcpserver import MCPServer
from mcp.server.stdio import stdio_server
from mcp.shared.message import SessionMessage
from mcp.types import INVALID_REQUEST, PARSE_ERROR, ErrorData, JSONRPCError
from pydantic import ValidationError

from camara_qod.tools.errors import SettingsError

HALF = (
    "Not sent. The message holds half a character (a lone surrogate), which is no text: write it "
    "again."
)
NO_JSON = "The message is no JSON: write one message a line, as UTF-8."
NO_MESSAGE = "The message is none of JSON-RPC 2.0: it needs jsonrpc, method and, for an answer, id."


def serve(server: MCPServer[Any]) -> None:
    """Serve until standard input ends, the client is gone, or Ctrl-C.

    Raises:
        SettingsError: there is no client, as a standard stream is closed.
    """
    if sys.stdin is None or sys.stdout is None:
        raise SettingsError(
            "No client can be spoken to: standard input or output is closed. Have a client start "
            "`qod mcp`, or serve with --transport http."
        )
    # A thread waits for the next line, and no exception ends that: the signal ends the process,
    # with the status of every server that is ended so.
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, lambda *_: os._exit(0))
    try:
        server.run()
    except* BrokenPipeError:
        pass  # the client is gone


class AnsweringServer(MCPServer[Any]):
    """`MCPServer` that answers what it cannot read."""

    async def run_stdio_async(self) -> None:
        """Serve until standard input ends."""
        server = self._lowlevel_server
        give, take = anyio.create_memory_object_stream[SessionMessage](0)
        async with stdio_server() as (read, write), anyio.create_task_group() as tasks:
            tasks.start_soon(_sort, read, write, give)
            await server.run(take, write, server.create_initialization_options())


async def _sort(read: Any, write: Any, give: MemoryObjectSendStream[SessionMessage]) -> None:
    """Give on what was read, and answer the rest, until the input ends."""
    async with give:
        async for item in read:
            if not isinstance(item, Exception):
                await give.send(item)
            elif (answer := unread(item)) is not None:
                await write.send(SessionMessage(answer))


def unread(error: Exception) -> JSONRPCError | None:
    """The answer to a message that could not be read; none to one that wants none."""
    first = error.errors()[0] if isinstance(error, ValidationError) else None
    found: Any = first["input"] if first else None
    if first and first["type"] == "json_invalid":
        try:
            found = json.loads(found)
        except (ValueError, RecursionError):
            return _refusal(None, PARSE_ERROR, NO_JSON)
        if isinstance(found, dict) and "id" not in found:
            return None
        return _refusal(found, PARSE_ERROR, HALF)
    return _refusal(found, INVALID_REQUEST, NO_MESSAGE)


def _refusal(message: Any, code: int, text: str) -> JSONRPCError:
    name = message.get("id") if isinstance(message, dict) else None
    known = isinstance(name, int) or (isinstance(name, str) and name.isprintable())
    error = ErrorData(code=code, message=text)
    return JSONRPCError(jsonrpc="2.0", id=name if known else None, error=error)
