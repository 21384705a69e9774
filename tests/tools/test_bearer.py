"""Whether a call carries the token that it needs."""

import pytest

from camara_qod.tools.bearer import misfit


@pytest.mark.parametrize("header", ["Bearer s3cret", "bearer s3cret", "BEARER  s3cret "])
def test_the_token(header: str) -> None:
    assert misfit(header, "s3cret", "the token") == ""


def test_none_at_all() -> None:
    told = misfit(None, "s3cret", "the token")
    assert told == "There is no Authorization header: send Bearer and the token."


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer s3cre", "Bearer s3crets", "Basic s3cret", "s3cret", "Bearer é"]
)
def test_something_else(header: str) -> None:
    told = misfit(header, "s3cret", "the token")
    assert told.startswith("What the Authorization header has is not the token:")
