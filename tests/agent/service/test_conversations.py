"""Conversations over HTTP: propose, confirm, edit, look back; once however often sent."""

from fastapi.testclient import TestClient

from camara_qod.agent.service.idempotency import Answers

from .conftest import GAMING, LONGER, PHONE, STOP, Open


def begin(client: TestClient) -> str:
    return f"/v1/conversations/{client.post('/v1/conversations').json()['id']}"


def test_from_words_to_a_session_and_its_end(client: TestClient) -> None:
    at = begin(client)
    reply = client.post(f"{at}/turns", json={"text": GAMING}).json()
    proposal = reply["proposal"]
    assert (proposal["operation"], proposal["arguments"]["duration"]) == ("createSession", 7200)
    assert {"device", "duration"} <= {item["argument"] for item in proposal["sources"]}
    source = next(item for item in proposal["sources"] if item["argument"] == "duration")
    assert proposal["turns"][source["turn"]][source["start"] : source["end"]] == "2 hours"
    assert "applicationServer" in proposal["assumptions"]
    assert client.get("/v1/sessions").json() == []

    reply = client.post(f"{at}/confirmation", json={"decision": "approve"}).json()
    assert reply["proposal"] is None
    assert not reply["failed"]
    (session,) = client.get("/v1/sessions").json()
    assert session["device"] == PHONE

    assert client.post(f"{at}/turns", json={"text": LONGER}).json()["proposal"]
    client.post(f"{at}/confirmation", json={"decision": "approve"})
    (longer,) = client.get("/v1/sessions").json()
    assert longer["duration"] == 7800
    assert client.get(f"/v1/sessions/{session['sessionId']}").json()["duration"] == 7800

    client.post(f"{at}/turns", json={"text": STOP})
    client.post(f"{at}/confirmation", json={"decision": "approve"})
    assert client.get("/v1/sessions").json() == []
    said = client.get(at).json()
    assert [item["text"] for item in said["messages"] if item["role"] == "person"] == [
        GAMING,
        LONGER,
        STOP,
    ]


def test_a_proposal_is_edited(client: TestClient) -> None:
    at = begin(client)
    proposal = client.post(f"{at}/turns", json={"text": GAMING}).json()["proposal"]
    word = {"decision": "edit", "arguments": proposal["arguments"] | {"duration": 600}}
    assert not client.post(f"{at}/confirmation", json=word).json()["failed"]
    assert client.get("/v1/sessions").json()[0]["duration"] == 600


def test_a_proposal_is_rejected(client: TestClient) -> None:
    at = begin(client)
    client.post(f"{at}/turns", json={"text": GAMING})
    client.post(f"{at}/confirmation", json={"decision": "reject"})
    assert client.get("/v1/sessions").json() == []
    again = client.post(f"{at}/confirmation", json={"decision": "approve"})
    assert again.status_code == 409
    assert again.json()["title"] == "Nothing waits"


def test_a_call_with_a_key_is_carried_out_once(client: TestClient) -> None:
    key = {"Idempotency-Key": "one"}
    first, second = (client.post("/v1/conversations", headers=key).json() for _ in range(2))
    assert first == second
    at = f"/v1/conversations/{first['id']}"
    said = [client.post(f"{at}/turns", json={"text": GAMING}, headers=key) for _ in range(2)]
    assert said[0].json() == said[1].json()
    yes = {"Idempotency-Key": "yes"}
    done = [
        client.post(f"{at}/confirmation", json={"decision": "approve"}, headers=yes)
        for _ in range(3)
    ]
    assert len({item.text for item in done}) == 1
    assert len(client.get("/v1/sessions").json()) == 1
    other = client.post(f"{at}/turns", json={"text": STOP}, headers=key)
    assert other.status_code == 422
    assert other.json()["title"] == "The key is taken"


def test_what_was_done_before_the_answer_was_lost_is_not_done_again(
    open_at: Open, monkeypatch: object
) -> None:
    client, _ = open_at()
    at, yes = begin(client), {"Idempotency-Key": "yes"}
    client.post(f"{at}/turns", json={"text": GAMING})

    def lost(*_: object) -> None:
        raise RuntimeError("killed")

    keep = Answers._keep
    Answers._keep = lost  # type: ignore[method-assign]
    try:
        word = {"decision": "approve"}
        assert client.post(f"{at}/confirmation", json=word, headers=yes).status_code == 500
    finally:
        Answers._keep = keep  # type: ignore[method-assign]
    again = client.post(f"{at}/confirmation", json=word, headers=yes)
    assert again.status_code == 200
    assert not again.json()["failed"]
    assert len(client.get("/v1/sessions").json()) == 1


def test_a_conversation_goes_on_at_another_process(open_at: Open) -> None:
    first, service = open_at()
    at = begin(first)
    first.post(f"{at}/turns", json={"text": GAMING})
    second, _ = open_at(service.plugin)
    assert second.get(at).json()["proposal"]
    assert not second.post(f"{at}/confirmation", json={"decision": "approve"}).json()["failed"]
    assert len(first.get("/v1/sessions").json()) == 1


def test_a_conversation_is_forgotten(client: TestClient) -> None:
    at = begin(client)
    client.post(f"{at}/turns", json={"text": GAMING})
    assert client.delete(at).status_code == 204
    assert client.get(at).status_code == 404
    assert client.get("/v1/conversations").json() == []


def test_problems_say_what_failed(client: TestClient) -> None:
    nobodys = client.get("/v1/conversations/nobodys")
    assert nobodys.headers["content-type"] == "application/problem+json"
    assert nobodys.json()["detail"] == "There is no conversation nobodys."
    at = begin(client)
    for body, pointer in (({"txt": "x"}, "/text"), ({"text": ""}, "/text"), ({}, "/text")):
        found = client.post(f"{at}/turns", json=body)
        assert found.status_code == 422
        assert pointer in {item["pointer"] for item in found.json()["errors"]}
    assert client.post(f"{at}/confirmation", json={"decision": "edit"}).status_code == 422
    assert client.get("/nowhere").json()["title"] == "Not Found"
    assert client.post("/v1/decisions", content=b"{" * 70000).status_code == 413


def test_deciding_sends_nothing(client: TestClient) -> None:
    found = client.post("/v1/decisions", json={"messages": [GAMING]}).json()
    assert found["operation"] == "createSession"
    assert found["sources"]
    assert found["assumptions"]
    assert client.get("/v1/sessions").json() == []
    assert client.get("/healthz").json() == client.get("/readyz").json() == {"status": "ok"}
