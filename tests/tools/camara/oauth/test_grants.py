"""The user's consent, step by step: how often the provider is asked, and when it is given up."""

from typing import Any

import httpx2
import pytest

from camara_qod.tools.camara.oauth.access_token import AccessToken, Purpose
from camara_qod.tools.camara.oauth.grants import ciba
from camara_qod.tools.camara.oauth.provider import Provider
from camara_qod.tools.camara.oauth.steps import Pause
from camara_qod.tools.errors import AuthorizationFailed, SettingsError

from .provider import SECRET, Clock

PROVIDER = Provider(
    issuer="https://op.example",
    token_endpoint="https://op.example/token",
    backchannel_authentication_endpoint="https://op.example/bc",
)
WANTED = Purpose("quality-on-demand:sessions:create", "tel:+351966666666")
BEGUN = {"auth_req_id": "r", "expires_in": 30, "interval": 2}
TOKEN = {"access_token": "t", "token_type": "bearer", "expires_in": 100}


def driven(answers: list[Any], clock: Clock) -> tuple[AccessToken, list[float]]:
    """The token, and the pauses on the way to it."""
    steps, pauses, answer = ciba(PROVIDER, SECRET, WANTED, clock), [], None
    waiting = iter(answers)
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return end.value, pauses
        if isinstance(step, Pause):
            pauses.append(step.seconds)
            clock.now += step.seconds
            answer = None
        else:
            given = next(waiting)
            status = 400 if "error" in given else 200
            answer = httpx2.Response(status, json=given)


PENDING, SLOWER = {"error": "authorization_pending"}, {"error": "slow_down"}


def test_the_provider_is_asked_at_its_interval_and_slower_where_it_says_so() -> None:
    token, pauses = driven([BEGUN, PENDING, SLOWER, PENDING, TOKEN], Clock())
    assert pauses == [2, 2, 7, 7]
    assert token.value.get_secret_value() == "t"
    assert "t'" not in repr(token)


def test_a_user_who_does_not_answer_is_waited_for_until_the_request_ends() -> None:
    with pytest.raises(AuthorizationFailed, match="30 seconds"):
        driven([BEGUN, *[PENDING] * 40], Clock())


@pytest.mark.parametrize(
    "answers",
    [[BEGUN, {"error": "access_denied"}], [BEGUN, {"no": "token"}], [{"no": "request"}]],
)
def test_what_is_no_token_is_refused(answers: list[Any]) -> None:
    with pytest.raises(AuthorizationFailed):
        driven(answers, Clock())


def test_a_provider_without_the_endpoint_is_told_before_anything_is_sent() -> None:
    without = PROVIDER.model_copy(update={"backchannel_authentication_endpoint": None})
    with pytest.raises(SettingsError, match="QOD_OAUTH_GRANT"):
        next(ciba(without, SECRET, WANTED, Clock()))
