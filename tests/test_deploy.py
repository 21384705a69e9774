"""What starts the service elsewhere: confined, without secrets, and by names that are there."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from camara_qod.agent.scale.settings import ScaleSettings, load_scale_settings

ROOT = Path(__file__).resolve().parent.parent
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())


@pytest.mark.parametrize("name", COMPOSE["services"])
def test_a_service_is_confined(name: str) -> None:
    service = COMPOSE["services"][name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


def test_all_that_services_name_is_there() -> None:
    for service in COMPOSE["services"].values():
        for kind in ("configs", "secrets"):
            for item in service.get(kind, ()):
                assert (item if isinstance(item, str) else item["source"]) in COMPOSE[kind]
        assert set(service["networks"]) <= set(COMPOSE["networks"])
        assert set(service.get("depends_on", ())) <= set(COMPOSE["services"])
    files = [Path(item["file"]) for item in COMPOSE["configs"].values()]
    missing = [file for file in files if not (ROOT / file).is_file()]
    assert [file for file in missing if file.parts[:2] == ("docs", "deploy")] == []


def test_no_secret_is_in_it() -> None:
    for secret in COMPOSE["secrets"].values():
        assert set(secret) == {"file"}
        assert secret["file"].startswith("secrets/")
    assert "/secrets/" in (ROOT / ".gitignore").read_text().splitlines()
    for service in COMPOSE["services"].values():
        for name in service.get("environment", ()):
            assert "PASSWORD" not in name or name.endswith("FILE")


def test_prometheus_asks_each_process() -> None:
    config = yaml.safe_load((ROOT / "docs/deploy/prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    targets = job["static_configs"][0]["targets"]
    assert targets == [f"{name}:8080" for name in COMPOSE["services"] if name.startswith("qod")]


def test_the_image_runs_as_nobody_and_is_looked_at() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert "USER 10001:10001" in lines
    assert 'ENTRYPOINT ["qod"]' in lines
    assert any(line.startswith("HEALTHCHECK") for line in lines)


def test_the_replicas_on_kubernetes_are_those_of_the_code() -> None:
    manifest = yaml.safe_load((ROOT / "docs/deploy/rayservice.yaml").read_text())
    assert (manifest["apiVersion"], manifest["kind"]) == ("ray.io/v1", "RayService")
    served = yaml.safe_load(manifest["spec"]["serveConfigV2"])
    (application,) = served["applications"]
    module, name = application["import_path"].split(":")
    file = ROOT / Path(*module.split(".")[1:]).with_suffix(".py")
    assert f"def {name}(" in file.read_text()
    assert set(application["args"]) <= set(ScaleSettings.model_fields)
    load_scale_settings(**application["args"])
