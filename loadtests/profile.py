"""What a load test plays: how many candidates, how long their answers are, what goes wrong, and where it may run."""

import tomllib
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, PositiveInt, model_validator

from loadtests.faults import FaultRates

PROFILES = Path(__file__).with_name("profiles")


class Profile(BaseModel):
    """One load, bounded in count and time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidates: PositiveInt
    per_second: PositiveFloat = Field(description="candidates that begin in a second")
    run_time_s: PositiveFloat = Field(description="the test ends after this time, whoever is still playing")
    languages: list[Literal["zh", "en"]] = Field(min_length=1, description="of the interviews, in turn")
    answer_s: PositiveFloat = Field(description="length of each answer")
    chunk_s: PositiveFloat = 2.0
    recordings: PositiveInt = Field(1, description="different recordings of each answer; each begins at another word")
    speed: PositiveFloat = Field(1.0, description="seconds of recording played per second")
    patience_s: PositiveFloat = Field(60.0, description="how long a failing step is tried again")
    report_within_s: PositiveFloat = Field(description="from submitting; a report that comes later is a failure")
    test_networks: list[IPv4Network | IPv6Network] = Field([], description="of our own, which may be loaded")
    faults: FaultRates = FaultRates()
    seed: int = 0

    @model_validator(mode="after")
    def _loads_only_private_networks(self) -> Self:
        for network in self.test_networks:
            if not network.is_private:
                raise ValueError(f"{network} is not a private network")
        return self

    @classmethod
    def load(cls, name: str) -> Self:
        """The shipped profile of that name, or the one in a TOML file.

        Raises OSError, tomllib.TOMLDecodeError or pydantic.ValidationError.
        """
        path = Path(name) if name.endswith(".toml") else PROFILES / f"{name}.toml"
        return cls.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
