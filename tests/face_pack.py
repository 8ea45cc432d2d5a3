"""An insightface pack made of the catalogue's weights: graphs of the shapes that insightface recognises."""

import warnings
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.faces.detector import published_graph
from models.faces.networks import FEATURE_SIDE, IDENTITY_SIDE, identity_network, landmark_network
from models.graphs.onnx_network import OnnxNetwork


class Scrfd(nn.Module):
    """CenterFace on the picture at half its size, told as SCRFD tells of its stride 8; the others see nothing."""

    def __init__(self, centerface: Path, batched: bool) -> None:
        super().__init__()
        self.network = OnnxNetwork(published_graph(centerface / "centerface.onnx"))
        self.batched = batched

    def forward(self, blob: Tensor) -> list[Tensor]:
        pictures = functional.avg_pool2d(blob * 128 + 127.5, 2)
        heat, sizes, offsets, five = self.network(pictures)
        half, place = sizes.exp() / 2, offsets + 0.5
        # Distances in cells: left, top, right, bottom, then the five points; y stands first in CenterFace's maps.
        box = torch.cat([half[:, 1:] - place[:, 1:], half[:, :1] - place[:, :1]], 1)
        ends = torch.cat([half[:, 1:] + place[:, 1:], half[:, :1] + place[:, :1]], 1)
        x = five[:, 1::2] * 2 * half[:, 1:] + place[:, 1:] - half[:, 1:]
        y = five[:, 0::2] * 2 * half[:, :1] + place[:, :1] - half[:, :1]
        points = torch.stack([x, y], 2).flatten(1, 2)
        maps = [heat, torch.cat([box, ends], 1), points]
        strides = [maps, *([functional.avg_pool2d(part, n) * 0 for part in maps] for n in (2, 4))]
        return [self._rows(stride[kind]) for kind in range(3) for stride in strides]

    def _rows(self, part: Tensor) -> Tensor:
        """[n, c, h, w] to [n, h * w * 2, c]: two anchors in each cell, of which the second scores nothing."""
        rows = part.permute(0, 2, 3, 1).flatten(1, 2)
        both = torch.stack([rows, rows * 0], 2).flatten(1, 2)
        return both if self.batched else both[0]


class ArcFace(nn.Module):
    """The identity network on insightface's crops of 112 pixels."""

    def __init__(self, face_api: Path) -> None:
        super().__init__()
        self.network = identity_network(face_api)

    def forward(self, blob: Tensor) -> Tensor:
        larger = functional.interpolate(blob * 127.5 + 127.5, (IDENTITY_SIDE, IDENTITY_SIDE), mode="bilinear")
        return self.network(larger)


class Landmarks68(nn.Module):
    """The landmark network as insightface's 3d68 model: 1103 points, of which the last 68 count."""

    def __init__(self, face_api: Path) -> None:
        super().__init__()
        self.network = landmark_network(face_api)

    def forward(self, blob: Tensor) -> Tensor:
        smaller = functional.interpolate(blob * 128 + 127.5, (FEATURE_SIDE, FEATURE_SIDE), mode="bilinear")
        points = self.network(smaller).unflatten(1, (68, 2)) * 2 - 1
        return functional.pad(functional.pad(points, (0, 1)), (0, 0, 1103 - 68, 0)).reshape(-1, 1103 * 3)


def build_pack(folder: Path, models_dir: Path, *, batched: bool = True, detector: bool = True) -> Path:
    """A pack in `folder`; `batched`: its detector takes several pictures, which insightface's own do not."""
    folder.mkdir(parents=True)
    if detector:
        scrfd = Scrfd(models_dir / "centerface", batched).eval()
        _write(folder / "det.onnx", scrfd, (1, 3, 640, 640), [0, 2, 3] if batched else [2, 3], 9)
    _write(folder / "rec.onnx", ArcFace(models_dir / "face-api").eval(), (1, 3, 112, 112), [0], 1)
    _write(folder / "lmk.onnx", Landmarks68(models_dir / "face-api").eval(), (1, 3, 192, 192), [0], 1)
    return folder


def _write(path: Path, network: nn.Module, shape: tuple[int, ...], free: list[int], outputs: int) -> None:
    names = [f"output{n}" for n in range(outputs)]
    axes = {"input": {axis: f"axis{axis}" for axis in free}}
    if outputs > 1:
        axes |= {name: {n: f"{name}_{n}" for n in ((0, 1) if 0 in free else (0,))} for name in names}
    else:
        axes |= {name: {0: "axis0"} for name in names}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network,
            (torch.zeros(shape),),
            path,
            dynamo=False,
            opset_version=17,
            input_names=["input"],
            output_names=names,
            dynamic_axes=axes,
        )
