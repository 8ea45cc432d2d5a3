"""`parley models add` and `parley models export-triton`, and what was added."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer
from rich.table import Table

from models.catalog import model_folder
from models.settings import ModelSettings
from ops.progress import step, tell

if TYPE_CHECKING:
    from models.speech.transcript import Language

_LANGUAGES: "dict[str, tuple[Language, ...]]" = {"zh": ("zh",), "en": ("en",), "both": ("zh", "en")}


def models_add(
    path: Annotated[
        Path, typer.Argument(help="A .nemo checkpoint, a folder with an insightface pack, or an ONNX file.")
    ],
    name: Annotated[str | None, typer.Option(help="What to call it; by default as the path is called.")] = None,
    accept_licence: Annotated[
        bool, typer.Option("--accept-licence", help="Acknowledge the licence, which is told where this is missing.")
    ] = False,
    language: Annotated[
        Literal["zh", "en", "both"] | None,
        typer.Option(help="What a checkpoint speaks whose vocabulary does not tell."),
    ] = None,
) -> None:
    """Check a model of your own, try it on samples, and keep it beside its earlier versions."""
    # torch and insightface are imported only where they serve: the other commands start in a second.
    from models.added.add import add_model

    with step(f"Checking {path}"):
        languages = _LANGUAGES[language] if language else None
        root = ModelSettings().models_dir
        added = add_model(path, root, name=name, accept_licence=accept_licence, languages=languages)
    tell(f"{added.name} version {added.version} ({added.kind}, sha256 {added.sha256}): {added.tried}.")
    tell(f"{added.licence} It is in {added.path(root)}.")


def added_table(root: Path) -> Table:
    """Every version of every added model, and which one serves where the settings name the model."""
    from models.added import added_model, added_versions

    table = Table("added model", "version", "kind", "licence", "accepted", "state")
    for model in added_versions(root):
        serves = added_model(model.name, root) == model
        accepted = "yes" if model.accepted else "no"
        state = "serves" if serves else "kept"
        table.add_row(model.name, model.version, model.kind, model.licence, accepted, state)
    return table


def models_export_triton(
    folder: Annotated[Path, typer.Argument(help="The model repository to write, or to add versions to.")],
    backend: Annotated[
        Literal["onnxruntime", "python"], typer.Option(help="python: for servers without the onnxruntime backend.")
    ] = "onnxruntime",
    instances: Annotated[int, typer.Option(min=1, help="Of each model, side by side; on each GPU with --gpu.")] = 1,
    gpu: Annotated[bool, typer.Option("--gpu", help="Run on the server's GPUs.")] = False,
) -> None:
    """Write the face models and the text encoder as a repository that a Triton server serves."""
    from models.faces.exported import exported_graphs
    from models.graphs.repository import write_repository
    from models.language.embedding import FILE
    from models.language.exported import exported_encoder

    root = ModelSettings().models_dir
    with step(f"Writing {folder}"):
        graphs = exported_graphs(model_folder("centerface", root), model_folder("face-api", root))
        graphs.append(exported_encoder(model_folder("e5-small", root) / FILE))
        written = write_repository(folder, graphs, backend, instances=instances, gpu=gpu)
    for version in written:
        tell(f"{version.parent.name}: version {version.name}")
    tell(f"Serve it with: tritonserver --model-repository={folder.resolve()}")
