"""The `parley` command as an operator runs it."""

import os
import subprocess
import sys
from pathlib import Path

PARLEY = Path(sys.executable).with_name("parley")


class Operator:
    """Runs commands with the settings of `variables` alone."""

    def __init__(self, variables: dict[str, str]) -> None:
        self.variables = variables

    def run(self, *arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
        environment |= self.variables | changes
        return subprocess.run(
            [PARLEY, *arguments], env=environment, capture_output=True, text=True, check=False, timeout=120
        )

    def done(self, *arguments: str, **changes: str) -> "subprocess.CompletedProcess[str]":
        """What a command said that ended well."""
        result = self.run(*arguments, **changes)
        assert result.returncode == 0, result.stderr
        return result

    def refused(self, *arguments: str, **changes: str) -> str:
        """The one line that a command ended with that did not."""
        result = self.run(*arguments, **changes)
        assert (result.returncode, "Traceback" in result.stderr) == (1, False), result.stderr
        line = result.stderr.splitlines()[-1]
        assert line.startswith("parley: ")
        return line
