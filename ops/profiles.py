"""The profile that the operator names."""

import tomllib

from pydantic import ValidationError

from ops.errors import OperatorError
from serving.settings import Profile


def load_profile(name: str) -> Profile:
    """The profile of that name or path. Raises OperatorError where there is none, or where it does not fit."""
    try:
        return Profile.load(name)
    except FileNotFoundError as error:
        raise OperatorError(f"There is no profile {name}: it is embedded, cluster, or a TOML file's path.") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        reason = str(error).replace("\n", " ")
        raise OperatorError(f"The profile {name} does not fit: {reason}") from error
