"""External servers: used as given, and nothing embedded is started."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from ops.embedded import S3Access

pytestmark = pytest.mark.integration

PARLEY = Path(sys.executable).with_name("parley")


def parley(home: Path, *arguments: str, **settings: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PARLEY_")}
    environment |= {"PARLEY_HOME": str(home)} | settings
    return subprocess.run([PARLEY, *arguments], env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def external(postgres_url: str, s3: S3Access) -> dict[str, str]:
    return {
        "PARLEY_DATABASE_URL": postgres_url,
        "PARLEY_S3_URL": s3.url,
        "PARLEY_S3_ACCESS_KEY": s3.access_key,
        "PARLEY_S3_SECRET_KEY": s3.secret_key,
        "PARLEY_FIELD_KEYS": Fernet.generate_key().decode(),
        "PARLEY_S3_BUCKET": "external-tests",
    }


def test_external_servers_are_migrated_and_nothing_is_embedded(tmp_path: Path, external: dict[str, str]) -> None:
    home = tmp_path / "home"
    migrated = parley(home, "migrate", **external)
    assert (migrated.returncode, "up to date" in migrated.stderr) == (0, True)
    created = parley(home, "keys", "create", "External", **external)
    assert created.returncode == 0
    assert created.stdout.startswith("parley_")
    assert not home.exists()


def test_embedded_servers_serve_a_single_command(tmp_path: Path) -> None:
    created = parley(tmp_path / "home", "keys", "create", "Embedded")
    assert created.returncode == 0, created.stderr
    assert created.stdout.startswith("parley_") and created.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"PARLEY_S3_URL": ""}, "PARLEY_S3_URL"),
        ({"PARLEY_DATABASE_URL": "mysql://x"}, "postgresql://"),
        ({"PARLEY_DATABASE_URL": "postgresql://nobody@127.0.0.1:9/none"}, "database"),
        ({"PARLEY_S3_URL": "http://127.0.0.1:9"}, "media store"),
        ({"PARLEY_S3_SECRET_KEY": "wrong"}, "media store"),
        ({"PARLEY_PORT": "many"}, "PARLEY_PORT"),
    ],
)
def test_a_setting_that_does_not_fit_is_told_in_one_line(
    tmp_path: Path, external: dict[str, str], changes: dict[str, str], told: str
) -> None:
    failed = parley(tmp_path / "home", "migrate", **(external | changes))
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-1].startswith("parley: ")
    assert told in failed.stderr.splitlines()[-1]
    assert "Traceback" not in failed.stderr
    assert "wrong" not in failed.stderr


def test_one_external_server_alone_is_refused(tmp_path: Path, external: dict[str, str]) -> None:
    failed = parley(tmp_path / "home", "migrate", PARLEY_DATABASE_URL=external["PARLEY_DATABASE_URL"])
    assert (failed.returncode, "or neither" in failed.stderr) == (1, True)


def test_an_unknown_model_is_told_in_one_line(tmp_path: Path) -> None:
    failed = parley(tmp_path, "models", "fetch", "whisper-gigantic", PARLEY_MODELS_DIR=str(tmp_path))
    assert failed.returncode == 1
    assert failed.stderr.startswith("parley: ") and failed.stderr.count("\n") == 1


def test_up_without_models_names_the_fix(tmp_path: Path) -> None:
    failed = parley(tmp_path / "home", "up", PARLEY_MODELS_DIR=str(tmp_path))
    assert (failed.returncode, "parley models fetch" in failed.stderr) == (1, True)
