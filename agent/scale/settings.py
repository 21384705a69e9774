"""What the deployer of several replicas configures, through `QOD_SCALE_…` variables or `.env`."""

from typing import Any, Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from camara_qod.tools.settings import loaded

PREFIX = "QOD_SCALE_"


class ScaleSettings(BaseSettings):
    """All settings of the replicas; each field is the variable `QOD_SCALE_<FIELD>`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", extra="ignore", env_ignore_empty=True
    )

    min_replicas: int = Field(default=1, ge=1, description="Replicas that are always there")
    max_replicas: int = Field(default=4, ge=1, description="Most replicas")
    cpus: int = Field(default=1, ge=1, description="Cores, and threads of the model, of a replica")
    gpus: float = Field(default=0, ge=0, description="GPUs of a replica; 0.5 shares one by two")
    together: int = Field(
        default=16, ge=1, description="Most requests that a replica decides together"
    )
    wait: float = Field(
        default=0.01, ge=0, description="Seconds that a free replica waits for others to come along"
    )
    target_ongoing: float = Field(
        default=8,
        gt=0,
        description="Requests of a replica above which there are to be more of them",
    )
    max_ongoing: int = Field(default=32, ge=1, description="Most requests at one replica at a time")
    max_queued: int = Field(
        default=64, ge=0, description="Most requests that wait for a replica; others get a 429"
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.min_replicas > self.max_replicas:
            raise ValueError("min_replicas is above max_replicas")
        return self


def load_scale_settings(**overrides: Any) -> ScaleSettings:
    """Settings from the environment, with overrides by field.

    Raises:
        SettingsError: a value does not hold; the message names the variable.
    """
    return loaded(ScaleSettings, **overrides)
