import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from camara_qod.tools.catalogue import Catalogue, load_catalogue
from camara_qod.tools.settings import QodSettings

ROOT = Path(__file__).resolve().parent.parent
SPECS = Path(os.environ.get("CAMARA_SPECS", ROOT.parent / "shared" / "camara"))

settings.register_profile(
    "default",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
# CI runs the same examples each time; elsewhere every run looks at new ones.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

for name in [name for name in os.environ if name.startswith("QOD_") and name != "QOD_CACHE_DIR"]:
    del os.environ[name]
# What is decided in a test is the same on every processor.
os.environ["QOD_PRECISION"] = "float32"


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def demo() -> QodSettings:
    """The demo configuration, whatever `.env` file lies about."""
    return QodSettings(_env_file=None)


@pytest.fixture(scope="session")
def specs() -> Path:
    if not SPECS.is_dir():
        pytest.skip(f"the CAMARA files are not at {SPECS}; set CAMARA_SPECS")
    return SPECS


@pytest.fixture(scope="session")
def tiny_phi3(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real Phi-3 with random weights, small enough to build in a second."""
    from camara_qod.training.stages.tiny_phi3 import build

    return build(tmp_path_factory.mktemp("tiny-phi3"))


@pytest.fixture(scope="session")
def embedded(demo: QodSettings):
    """The embedded model with the shipped adapter."""
    from camara_qod.tools.interpreter.model import load_decoder

    return load_decoder(demo)
