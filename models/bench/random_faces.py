"""Face models of random weights in the real shapes and files, for machines where the real ones are not.

Their detector does the whole work of CenterFace, and sees a face of 160 pixels wherever there is a white square; the
networks behind it say nothing.
"""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import NodeProto, TensorProto, helper, numpy_helper

Array = NDArray[np.float32]

MARK = 4  # pixels of the white square's sides, and those of a cell of the detector's maps, on whose grid it lies
_FACE_SIDE = 160  # pixels
_POINTS = ((0.3, 0.4), (0.7, 0.4), (0.5, 0.6), (0.35, 0.8), (0.65, 0.8))  # of a face, x y in units of its box
# MobileNetV2 (Sandler et al. 2018, table 2): times that a block widens, channels, blocks, first stride.
_STAGES = (
    *((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2)),
    *((6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)),
)
_WIDTH = 24  # channels of the pyramid


def write_random_faces(root: Path) -> None:
    """Write the files that the default face engines read, under `root` as the catalogue has them."""
    (root / "centerface").mkdir(parents=True)
    onnx.save(_Detector().model(), root / "centerface" / "centerface.onnx")
    (root / "face-api").mkdir()
    rng = np.random.default_rng(0)
    for name, shapes in (
        ("face_landmark_68_model", _dense_shapes(136)),
        ("face_expression_model", _dense_shapes(7)),
        ("face_recognition_model", _identity_shapes()),
    ):
        weights = {key: _random(rng, shape, math.prod(shape[:-1])) for key, shape in shapes.items()}
        manifest = [{"name": key, "shape": list(value.shape), "dtype": "float32"} for key, value in weights.items()]
        text = json.dumps([{"paths": [f"{name}.bin"], "weights": manifest}])
        (root / "face-api" / f"{name}-weights_manifest.json").write_text(text, encoding="utf-8")
        (root / "face-api" / f"{name}.bin").write_bytes(b"".join(value.tobytes() for value in weights.values()))


class _Detector:
    """Builds CenterFace's graph (Xu et al. 2019): MobileNetV2, a pyramid over four of its stages, four heads."""

    def __init__(self) -> None:
        self._rng = np.random.default_rng(0)
        self._nodes: list[NodeProto] = []
        self._weights: list[TensorProto] = []

    def model(self) -> onnx.ModelProto:
        taps: dict[int, str] = {}
        x, channels = self._conv("picture", 3, 32, 3, stride=2, relu=True), 32
        for widen, width, blocks, stride in _STAGES:
            for block in range(blocks):
                x = self._block(x, channels, width, widen, stride if block == 0 else 1)
                channels = width
            taps[width] = x
        x = self._conv(taps[320], 320, _WIDTH, 1, relu=True)
        for width in (96, 32, 24):
            x = self._add("Add", [self._up(x), self._conv(taps[width], width, _WIDTH, 1, relu=True)])
        x = self._conv(x, _WIDTH, _WIDTH, 3, relu=True)
        outputs = [self._heat(x), self._head(x, [math.log(_FACE_SIDE / MARK)] * 2), self._head(x, [0.0, 0.0])]
        outputs.append(self._head(x, [place for point in _POINTS for place in reversed(point)]))
        graph = helper.make_graph(
            self._nodes,
            "centerface",
            [helper.make_tensor_value_info("picture", TensorProto.FLOAT, [1, 3, 32, 32])],
            [
                helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, maps, 8, 8])
                for name, maps in zip(outputs, (1, 2, 2, 10), strict=True)
            ],
            self._weights,
        )
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=4)

    def _block(self, x: str, channels: int, width: int, widen: int, stride: int) -> str:
        inner = channels * widen
        y = self._conv(x, channels, inner, 1, relu=True) if widen > 1 else x
        y = self._conv(y, inner, inner, 3, stride=stride, groups=inner, relu=True)
        y = self._conv(y, inner, width, 1)
        return self._add("Add", [x, y]) if stride == 1 and channels == width else y

    def _up(self, x: str) -> str:
        y = self._add("ConvTranspose", [x, self._random((_WIDTH, _WIDTH, 2, 2))], kernel_shape=[2, 2], strides=[2, 2])
        ones, zeros = np.ones(_WIDTH, np.float32), np.zeros(_WIDTH, np.float32)
        scale, shift, mean, variance = (self._weight(value) for value in (ones, zeros, zeros, ones))
        return self._add("Relu", [self._add("BatchNormalization", [y, scale, shift, mean, variance])])

    def _heat(self, x: str) -> str:
        """Near one where all of a cell is white, else near zero, whatever the layers before say."""
        cell = np.full((1, 3, MARK, MARK), 1000 / (255 * 3 * MARK * MARK), np.float32)
        white = self._convolve("picture", cell, np.array([-995], np.float32), stride=MARK, pad=0)
        return self._add("Sigmoid", [self._add("Add", [white, self._head(x, [0.0])])])

    def _head(self, x: str, values: list[float]) -> str:
        """The same values everywhere, at the full cost of computing them."""
        return self._convolve(x, np.zeros((len(values), _WIDTH, 1, 1), np.float32), np.array(values, np.float32))

    def _conv(
        self, x: str, channels: int, width: int, side: int, stride: int = 1, groups: int = 1, relu: bool = False
    ) -> str:
        shape = (width, channels // groups, side, side)
        filters, bias = _random(self._rng, shape, math.prod(shape[1:])), np.zeros(width, np.float32)
        y = self._convolve(x, filters, bias, stride, side // 2, groups)
        return self._add("Relu", [y]) if relu else y

    def _convolve(self, x: str, filters: Array, bias: Array, stride: int = 1, pad: int = 0, groups: int = 1) -> str:
        return self._add(
            "Conv",
            [x, self._weight(filters), self._weight(bias)],
            kernel_shape=list(filters.shape[2:]),
            strides=[stride] * 2,
            pads=[pad] * 4,
            group=groups,
        )

    def _random(self, shape: tuple[int, ...]) -> str:
        return self._weight(_random(self._rng, shape, math.prod(shape[1:])))

    def _weight(self, values: Array) -> str:
        name = f"weight{len(self._weights)}"
        self._weights.append(numpy_helper.from_array(values, name))
        return name

    def _add(self, operator: str, inputs: list[str], **attributes: Any) -> str:
        name = f"map{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name


def _dense_shapes(outputs: int) -> dict[str, tuple[int, ...]]:
    """Of `models.faces.networks.DenseNetwork`, in TensorFlow's axis order, as are all of face-api's weights."""
    shapes: dict[str, tuple[int, ...]] = {}
    before = 3
    for block, width in enumerate((32, 64, 128, 256)):
        for layer in range(4):
            name, inputs = f"dense{block}/conv{layer}", before if layer == 0 else width
            if (block, layer) == (0, 0):
                shapes[f"{name}/filters"] = (3, 3, inputs, width)
            else:
                shapes[f"{name}/depthwise_filter"] = (3, 3, inputs, 1)
                shapes[f"{name}/pointwise_filter"] = (1, 1, inputs, width)
            shapes[f"{name}/bias"] = (width,)
        before = width
    return shapes | {"fc/weights": (256, outputs), "fc/bias": (outputs,)}


def _identity_shapes() -> dict[str, tuple[int, ...]]:
    """Of `models.faces.networks.IdentityNetwork`."""
    shapes: dict[str, tuple[int, ...]] = {}

    def scaled(name: str, side: int, inputs: int, width: int) -> None:
        shapes[f"{name}/conv/filters"] = (side, side, inputs, width)
        for part in ("conv/bias", "scale/weights", "scale/biases"):
            shapes[f"{name}/{part}"] = (width,)

    scaled("conv32_down", 7, 3, 32)
    before = 32
    for width, blocks in (
        (32, ("1", "2", "3")),
        (64, ("down", "1", "2", "3")),
        (128, ("down", "1", "2")),
        (256, ("down", "1", "2", "down_out")),
    ):
        for block in blocks:
            scaled(f"conv{width}_{block}/conv1", 3, before, width)
            scaled(f"conv{width}_{block}/conv2", 3, width, width)
            before = width
    return shapes | {"fc": (256, 128)}


def _random(rng: np.random.Generator, shape: tuple[int, ...], inputs: int) -> Array:
    """So that a layer's outputs are as large as its inputs (He et al. 2015); a bias is small."""
    spread = math.sqrt(2 / inputs) if len(shape) > 1 else 0.01
    return rng.normal(0, spread, shape).astype(np.float32)
