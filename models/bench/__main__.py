"""python -m models.bench speech|faces [--device cpu|cuda] [--json]: figures of engines alone, on this machine."""

import argparse
import sys
from pathlib import Path

from pydantic import BaseModel

from models.bench.faces import bench_face_engine
from models.bench.speech import bench_speech_engines
from models.graphs.errors import NoAccelerator
from models.media.errors import MediaError
from models.settings import ModelSettings


def main() -> None:
    """Print the figures; what stops them is one line and exit code 1."""
    options = _options()
    models_dir = ModelSettings().models_dir
    result: BaseModel
    try:
        if options.engine == "speech":
            spoken = [(path, options.language) for path in options.audio]
            result = bench_speech_engines(models_dir, spoken, device=options.device, threads=options.threads)
        else:
            result = bench_face_engine(models_dir, device=options.device, threads=options.threads)
    except (NoAccelerator, MediaError) as error:
        print(f"models.bench: {error}", file=sys.stderr)
        raise SystemExit(1) from None
    print(result.model_dump_json() if options.json else result.model_dump_json(indent=2))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.bench", description="How fast engines are on their own.")
    parser.add_argument("engine", choices=("speech", "faces"))
    parser.add_argument("--device", choices=("cpu", "cuda"), default="cpu")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads to compute on")
    parser.add_argument("--json", action="store_true", help="one line")
    parser.add_argument(
        "--audio", type=Path, action="append", default=[], help="a recording of speech, for the engines"
    )
    parser.add_argument("--language", choices=("en", "zh"), default="en", help="of the recordings")
    return parser.parse_args()


if __name__ == "__main__":
    main()
