"""CAMARA's own test definitions of release r3.2, against the running mock."""

import pytest
from pytest_bdd import scenarios

from .conftest import SPECS

VERSION = "1.1"
FEATURES = SPECS / "features" / "r3.2"

if FEATURES.is_dir():
    scenarios(*(str(path) for path in sorted(FEATURES.glob("quality-on-demand-*.feature"))))
    scenarios(*(str(path) for path in sorted(FEATURES.glob("qos-profiles-*.feature"))))
else:

    def test_features_are_at_hand() -> None:
        pytest.skip(f"the CAMARA files are not at {SPECS}; set CAMARA_SPECS")
