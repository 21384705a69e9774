"""The chat model of a provider, by its LangChain name, and its failures in a sentence."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from textwrap import shorten
from typing import Any

from langchain.agents.middleware import AgentMiddleware
from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel

from camara_qod.tools.errors import ModelError, QodError

#: So many characters of what a provider says are told.
_LONGEST = 240


def model_named(name: str) -> BaseChatModel:
    """The chat model of a name such as `openai:gpt-5`.

    Raises:
        ModelError: it cannot be had.
    """
    try:
        model: BaseChatModel = init_chat_model(name)
    except Exception as error:  # each provider's package has errors of its own
        raise ModelError(
            f"The chat model {name} cannot be had: {_reason(error)} Install its LangChain package "
            "and set its key."
        ) from error
    return model


class ToldFailures(AgentMiddleware):
    """Has each failure of a chat model end in a `ModelError` that says what to check.

    Args:
        name: the model's, as the user wrote it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def wrap_model_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Ask the model."""
        with self._told():
            return handler(request)

    async def awrap_model_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """Ask the model."""
        with self._told():
            return await handler(request)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except QodError:
            raise
        except Exception as error:  # each provider's package has errors of its own
            raise ModelError(
                f"The chat model {self._name} did not answer ({_reason(error)}): check its key and "
                "the network."
            ) from error


def _reason(error: Exception) -> str:
    """The first line of what went wrong, and no page of it."""
    lines = str(error).strip().splitlines()
    return shorten(lines[0], _LONGEST, placeholder=" …") if lines else type(error).__name__
