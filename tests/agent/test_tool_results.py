"""What a tool returned, read again from the text that a plain client sends back."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from langchain_core.messages import ToolCall, ToolMessage

from camara_qod.agent.tool_results import read_result
from camara_qod.tools.camara.models import SessionInfo
from camara_qod.tools.operation_tools import executed
from camara_qod.tools.wording import session_text, sessions_told

A = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
INFO: dict[str, Any] = {
    "sessionId": A,
    "applicationServer": {"ipv4Address": "203.0.113.100"},
    "qosProfile": "QOS_E",
    "duration": 7200,
    "qosStatus": "AVAILABLE",
    "expiresAt": "2026-11-24T17:11:35Z",
}
ERROR = {"status": 409, "code": "CONFLICT", "message": "Another session exists."}


def read(text: str, name: str = "createSession", **arguments: Any) -> ToolMessage:
    call = ToolCall(name=name, args=arguments, id="1")
    return read_result(ToolMessage(text, tool_call_id="1"), call, ZoneInfo("UTC"))


def session(**more: Any) -> SessionInfo:
    return SessionInfo.model_validate_json(json.dumps(INFO | more))


@given(
    st.uuids(),
    st.integers(1, 2**31 - 1),
    st.none() | st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),
    st.sampled_from(["UTC", "Europe/Lisbon", "America/Sao_Paulo", "Asia/Kathmandu"]),
)
def test_a_session_is_read_from_its_sentence(
    name: UUID, duration: int, ends: datetime | None, zone: str
) -> None:
    moment = None if ends is None else ends.replace(microsecond=0, tzinfo=UTC)
    told = session(sessionId=str(name), duration=duration)
    told = told.model_copy(update={"expires_at": moment})
    (found,) = sessions_told(f"So it is. {session_text(told, ZoneInfo(zone))}", ZoneInfo(zone))
    assert (found["sessionId"], found["duration"]) == (str(name), duration)
    if moment is None:
        assert "expiresAt" not in found
    else:  # an hour of autumn comes twice under one name of the zone in some places
        assert abs(datetime.fromisoformat(found["expiresAt"]) - moment).total_seconds() in (0, 3600)


@pytest.mark.parametrize(
    ("zone", "known"), [("UTC", True), ("America/Sao_Paulo", True), ("Europe/Berlin", False)]
)
def test_an_end_that_another_zone_tells_is_known_where_its_name_is(zone: str, known: bool) -> None:
    (found,) = sessions_told(session_text(session(), ZoneInfo(zone)), ZoneInfo("Asia/Tokyo"))
    assert found.get("duration") == 7200
    moment = datetime.fromisoformat(found["expiresAt"]) if "expiresAt" in found else None
    assert moment == (datetime(2026, 11, 24, 17, 11, 35, tzinfo=UTC) if known else None)


def test_camaras_json_is_put_into_words() -> None:
    result = read(json.dumps(INFO))
    assert result.text == session_text(session(), ZoneInfo("UTC"))
    assert (result.name, result.status) == ("createSession", "success")
    assert result.artifact["duration"] == 7200
    listed = read(json.dumps([INFO, INFO]), "retrieveSessionsByDevice")
    assert listed.text.startswith("1. Session ")
    device = {"phoneNumber": "+351966666666"}
    nothing = read("[]", "retrieveSessionsByDevice", device=device)
    assert nothing.text == "+351966666666 has no sessions."
    assert read("[]", "retrieveSessionsByDevice").text == "The device has no sessions."
    assert read("[]", "retrieveQoSProfiles").text == "The operator has no profiles."
    assert read("", "deleteSession", sessionId=A).text == f"Session {A} is deleted."


@pytest.mark.parametrize("value", [ERROR, {"error": ERROR}])
def test_a_refusal_in_json_is_an_error(value: dict[str, Any]) -> None:
    result = read(json.dumps(value))
    assert result.status == "error"
    assert result.text == "The operator refused: Another session exists. (409 CONFLICT)"


@pytest.mark.parametrize(
    ("name", "text", "status"),
    [
        ("createSession", "createSession did not reach http://127.0.0.1:9091.", "error"),
        ("createSession", f"The operator refused: … (409 CONFLICT) In the way: {A}", "error"),
        ("createSession", "User rejected the tool call for `createSession` with id 1.", "error"),
        ("createSession", f"Session {A} is there.", "success"),
        ("deleteSession", f"Session {A} is deleted.", "success"),
        ("retrieveSessionsByDevice", "+351966666666 has no sessions.", "success"),
        ("retrieveSessionsByDevice", "The service is down", "error"),
        ("retrieveQoSProfiles", "Profile QOS_E is ACTIVE.", "success"),
        ("getQosProfile", "Not sent. name is missing.", "error"),
    ],
)
def test_whether_it_failed_is_read_from_the_words(name: str, text: str, status: str) -> None:
    result = read(text, name)
    assert (result.status, result.text) == (status, text)


@pytest.mark.parametrize("text", ["{", "null", "3", '{"sessionId": 5}', '{"status": 200}', "[1]"])
def test_what_is_none_of_these_is_told_as_it_is(text: str) -> None:
    assert read(text).text == text
    assert not read(text).artifact


def test_the_arguments_of_a_reviewer_are_those_that_were_carried_out() -> None:
    note = 'Note: changed. Executed instead: createSession with arguments {"duration": 60}.'
    result = read(f"{note}\n\nTool response:\nSession {A} is there.", duration=600)
    assert executed(result) == {"duration": 60}
    assert result.text == f"Session {A} is there."
    assert executed(read(f"Session {A}", duration=600)) == {"duration": 600}
