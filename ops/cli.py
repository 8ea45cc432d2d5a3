"""The `parley` command: each command is a few lines that compose what the rooms offer.

A command imports what it needs when it runs, here and in the modules of its group: torch, Ray and the database's driver
take seconds to load, and who asks for help waits for none of them.
"""

import asyncio
import contextlib
import signal
import sys
import threading
from pathlib import Path
from typing import Annotated, Literal

import typer
from pydantic import ValidationError
from rich.table import Table

from models.catalog import ModelCorrupt, fetch, load_catalogue, state, verify
from models.settings import ModelSettings
from ops.added_models import added_table, models_add, models_export_triton
from ops.bench.commands import bench_app
from ops.evaluate.commands import evaluate_app
from ops.progress import console, step, tell
from ops.settings import OpsSettings
from ops.try_engines import models_try

app = typer.Typer(help="Parley: an AI interview system.", no_args_is_help=True, pretty_exceptions_enable=False)
keys_app = typer.Typer(help="API keys, and the keys of encrypted fields.", no_args_is_help=True)
audit_app = typer.Typer(help="The audit log.", no_args_is_help=True)
models_app = typer.Typer(help="The models that Parley uses.", no_args_is_help=True)
app.add_typer(keys_app, name="keys")
app.add_typer(audit_app, name="audit")
app.add_typer(models_app, name="models")
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(bench_app, name="bench")


def main() -> None:
    """Run the command; a mendable error is one line and exit code 1. SIGTERM stops as cleanly as Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app()
    except _mendable() as error:
        _fail(str(error))
    except ValidationError as error:
        found = error.errors()[0]
        where = ".".join(str(part) for part in found["loc"])
        _fail(f"The setting PARLEY_{where.upper()} does not fit: {found['msg']}.")
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _mendable() -> tuple[type[Exception], ...]:
    """What an operator can mend: told in one line."""
    from loadtests.browser.errors import BrowserMissing
    from models.added import WrongFile
    from models.catalog import FetchFailed, ModelMissing, UnknownModel
    from models.graphs.errors import GraphError
    from models.settings import UnknownEngine
    from ops.embedded import EmbeddedError
    from ops.errors import OperatorError
    from ops.evaluate.manifest import ManifestError
    from storage.errors import Refusal

    return (
        OperatorError,
        BrowserMissing,
        EmbeddedError,
        FetchFailed,
        GraphError,
        ModelCorrupt,
        ModelMissing,
        UnknownEngine,
        UnknownModel,
        ManifestError,
        Refusal,
        WrongFile,
    )


def _fail(message: str) -> None:
    print(f"parley: {message}", file=sys.stderr)
    raise SystemExit(1)


@app.command()
def up(
    engine: Annotated[
        Literal["models", "timed"] | None,
        typer.Option(help="timed: scripted results at measured service times, to load everything else."),
    ] = None,
) -> None:
    """Start Parley on this machine and keep it running until Ctrl-C."""
    from ops.up import up as running_parley

    with running_parley(OpsSettings(engine=engine) if engine else OpsSettings()) as running:
        tell(f"Parley is ready. API: {running.url}/v1  OpenAPI: {running.url}/openapi.json")
        tell("Make an API key with: parley keys create ORGANISATION. Stop with Ctrl-C.")
        _wait_for_stop()


@app.command()
def demo(
    once: Annotated[bool, typer.Option(help="Exit after the reports instead of staying up.")] = False,
    browser: Annotated[
        bool, typer.Option("--browser", help="Sit both interviews in Chromium: in a window where there is a display.")
    ] = False,
) -> None:
    """Play one Chinese and one English interview through the public API, and print their reports."""
    from ops import demo as demonstration
    from ops import demo_browser
    from ops.up import up as running_parley

    if browser:
        demo_browser.require_browser()
    with running_parley(OpsSettings()) as running:
        (demo_browser if browser else demonstration).play(running.url)
        tell(f"API: {running.url}/v1  OpenAPI: {running.url}/openapi.json  Metrics: {running.url}/metrics")
        if not once:
            tell("Parley stays up. Stop with Ctrl-C.")
            _wait_for_stop()


@app.command()
def doctor() -> None:
    """Check this machine: what is missing, and how to get it."""
    from ops.doctor import run_checks

    checks = run_checks(OpsSettings(), ModelSettings().models_dir)
    table = Table("", "check", "found", "what to do")
    for check in checks:
        table.add_row("ok" if check.ok else "--", check.name, check.detail, "" if check.ok else check.fix)
    console.print(table)
    if not all(check.ok or not check.required for check in checks):
        raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring the database's schema up to date."""
    from ops.environment import storage_environment

    with storage_environment(OpsSettings()):
        tell("The database is up to date.")


@keys_app.command("create")
def keys_create(
    organisation: Annotated[str, typer.Argument(help="Name of the organisation; made where it does not exist.")],
    name: Annotated[str, typer.Option(help="What the key is for.")] = "default",
    scope: Annotated[
        list[str] | None, typer.Option(help="What it may do, as candidates:read; repeatable. Everything, if not given.")
    ] = None,
) -> None:
    """Make an API key. It is printed once, alone on the last line, and kept only as a hash."""
    from ops.environment import storage_environment
    from ops.keys import known_scopes, new_key

    scopes = known_scopes(scope or ["*"])
    with storage_environment(OpsSettings()):
        print(asyncio.run(new_key(organisation, name, scopes)))


@keys_app.command("rotate-fields")
def keys_rotate_fields(
    new_key: Annotated[bool, typer.Option("--new-key", help="Embedded servers: make a new key first.")] = False,
    drop_old: Annotated[bool, typer.Option("--drop-old", help="Embedded servers: forget older keys after.")] = False,
) -> None:
    """Encrypt contact data anew, under the newest of PARLEY_FIELD_KEYS."""
    from ops.field_keys import rotate_fields

    sealed, left = rotate_fields(OpsSettings(), new_key=new_key, drop_old=drop_old)
    tell(f"{sealed} fields are encrypted under the newest key.")
    if left:
        tell(f"Keep the older keys: they still encrypt {left}.")


@audit_app.command("verify")
def audit_verify(
    anchor: Annotated[
        list[str] | None, typer.Option(help="ORGANISATION:NUMBER:HASH that this command printed earlier; repeatable.")
    ] = None,
) -> None:
    """Check every organisation's audit log, entry by entry. Prints an anchor of each, to be noted elsewhere."""
    from ops.audit import verified_anchors
    from ops.environment import storage_environment

    with storage_environment(OpsSettings()):
        for line in asyncio.run(verified_anchors(anchor or [])):
            print(line)


@app.command()
def openapi() -> None:
    """Print the API's OpenAPI document."""
    from ops.openapi import document

    print(document())


@models_app.command("list")
def models_list() -> None:
    """List the catalogue, and the models that were added."""
    table = Table("model", "version", "kind", "languages", "licence", "MB", "state")
    for entry in load_catalogue().entries:
        table.add_row(
            entry.name,
            entry.version,
            entry.kind,
            " ".join(entry.languages),
            entry.licence,
            f"{entry.size / 1e6:.0f}",
            state(entry, ModelSettings().models_dir),
        )
    console.print(table)
    added = added_table(ModelSettings().models_dir)
    if added.row_count:
        console.print(added)


@models_app.command("fetch")
def models_fetch(names: Annotated[list[str] | None, typer.Argument(help="All, where none is named.")] = None) -> None:
    """Fetch the models that are missing or corrupt, and verify every byte."""
    root: Path = ModelSettings().models_dir
    catalogue = load_catalogue()
    for entry in [catalogue.entry(name) for name in names] if names else catalogue.entries:
        if state(entry, root) == "ready":
            try:
                verify(entry, root)
                continue
            except ModelCorrupt as error:
                tell(str(error))
        with step(f"Fetching {entry.name} ({entry.size / 1e6:.0f} MB)"):
            fetch(entry, root)
    tell(f"The models are in {root}.")


@models_app.command("verify")
def models_verify() -> None:
    """Read every byte of every model and compare its hash."""
    for entry in load_catalogue().entries:
        with step(f"Verifying {entry.name}"):
            verify(entry, ModelSettings().models_dir)
    tell("All models are as the catalogue says.")


models_app.command("add")(models_add)
models_app.command("try")(models_try)
models_app.command("export-triton")(models_export_triton)


def _wait_for_stop() -> None:
    # Ray turns SIGTERM into SystemExit once it runs; both are how a person says stop.
    with contextlib.suppress(KeyboardInterrupt, SystemExit):
        threading.Event().wait()
    tell("Stopping ...")


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
