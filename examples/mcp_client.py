"""An MCP client that starts `qod mcp` and is asked back for what is missing.

python examples/mcp_client.py
"""

import asyncio
import os
import sys
from typing import Any

from mcp import Client, StdioServerParameters
from mcp.types import ElicitResult


async def answer(_: Any, question: Any) -> ElicitResult:
    """Stands for a person who is shown the question."""
    print(f"server asks: {question.message}")
    return ElicitResult(action="accept", content={"answer": "it is +351 966 666 666"})


async def main() -> None:
    """List the tools, and request a session without naming the device."""
    server = StdioServerParameters(
        command=sys.executable, args=["-m", "camara_qod.agent.cli", "mcp"], env=dict(os.environ)
    )
    async with Client(server, elicitation_callback=answer) as client:
        for tool in (await client.list_tools()).tools:
            kind = "reads" if tool.annotations and tool.annotations.read_only_hint else "changes"
            print(f"{tool.name} ({kind})")
        request = {"request": "Need low latency for gaming, 2 hours"}
        result = await client.call_tool("quality_on_demand", request)
        print(result.content[0].text)


if __name__ == "__main__":
    asyncio.run(main())
