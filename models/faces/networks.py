"""The three face-api networks as torch modules: 68 landmarks, 7 expressions, 128-d identity.

Layer names are those of the weights (face-api by Vincent Mühler, MIT). The identity network is dlib's
`dlib_face_recognition_resnet_model_v1` by Davis King (public domain), a ResNet of 29 convolutions. All three take
RGB 0..255, float32 [n, 3, h, w], and subtract the same mean.
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from models.faces.weights import WeightsError, read_weights

FEATURE_SIDE, IDENTITY_SIDE = 112, 150  # input pixels
_MEAN = (122.782, 117.001, 104.298)  # of VGGFace's training pictures, red green blue
_IDENTITY_BLOCKS = (
    *("conv32_1", "conv32_2", "conv32_3"),
    *("conv64_down", "conv64_1", "conv64_2", "conv64_3"),
    *("conv128_down", "conv128_1", "conv128_2"),
    *("conv256_down", "conv256_1", "conv256_2", "conv256_down_out"),
)

Weights = dict[str, Tensor]


def landmark_network(folder: Path) -> nn.Module:
    """[n, 3, 112, 112] -> [n, 136]: 68 points x y x y ..., in units of the crop's side. Raises WeightsError."""
    return _load(folder, "face_landmark_68_model", DenseNetwork)


def expression_network(folder: Path) -> nn.Module:
    """[n, 3, 112, 112] -> [n, 7]: probabilities in the order of EXPRESSIONS. Raises WeightsError."""
    return nn.Sequential(_load(folder, "face_expression_model", DenseNetwork), nn.Softmax(dim=1))


def identity_network(folder: Path) -> nn.Module:
    """[n, 3, 150, 150] -> [n, 128]: the embedding, compared by Euclidean distance. Raises WeightsError."""
    return _load(folder, "face_recognition_model", IdentityNetwork)


def _load(folder: Path, name: str, network: "type[DenseNetwork] | type[IdentityNetwork]") -> nn.Module:
    weights = read_weights(folder, name)
    try:
        return network(weights).eval().requires_grad_(False)
    except KeyError as error:
        raise WeightsError(f"{folder / name} lacks the weights {error}: another model, or another version") from error


class DenseNetwork(nn.Module):
    """Four dense blocks of separable convolutions, then one linear layer."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.normalise = Normalise()
        self.blocks = nn.Sequential(*(DenseBlock(weights, f"dense{i}") for i in range(4)))
        self.head = _linear(weights["fc/weights"], weights["fc/bias"])

    def forward(self, crops: Tensor) -> Tensor:
        features = functional.avg_pool2d(self.blocks(self.normalise(crops)), kernel_size=7, stride=2)
        output: Tensor = self.head(features.flatten(1))
        return output


class DenseBlock(nn.Module):
    """Four convolutions; each after the first reads the sum of all before it. The first halves the picture."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        layers = [_dense_layer(weights, f"{name}/conv{i}", stride=2 if i == 0 else 1) for i in range(4)]
        self.layers = nn.ModuleList(layers)

    def forward(self, x: Tensor) -> Tensor:
        # In place, for on a CPU fresh memory costs more than the sums themselves.
        total = functional.relu_(self.layers[0](x))
        total += self.layers[1](total)
        for layer in self.layers[2:]:
            total += layer(functional.relu(total))
        return functional.relu_(total)


class IdentityNetwork(nn.Module):
    """dlib's ResNet: a stem, fourteen residual blocks, the mean over the picture, one linear layer without bias."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.normalise = Normalise()
        self.stem = _scaled_conv(weights, "conv32_down", stride=2, padding=0)
        self.blocks = nn.Sequential(*(ResidualBlock(weights, name) for name in _IDENTITY_BLOCKS))
        self.head = _linear(weights["fc"], None)

    def forward(self, crops: Tensor) -> Tensor:
        x = functional.max_pool2d(functional.relu(self.stem(self.normalise(crops))), kernel_size=3, stride=2)
        output: Tensor = self.head(self.blocks(x).mean((2, 3)))
        return output


class ResidualBlock(nn.Module):
    """Two convolutions beside a shortcut; a "down" block halves the picture, and its shortcut is pooled and padded."""

    def __init__(self, weights: Weights, name: str) -> None:
        super().__init__()
        self.down = "down" in name
        stride, padding = (2, 0) if self.down else (1, 1)
        self.first = _scaled_conv(weights, f"{name}/conv1", stride, padding)
        self.second = _scaled_conv(weights, f"{name}/conv2", stride=1, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        out = self.second(functional.relu(self.first(x)))
        if not self.down:
            return functional.relu(out + x)
        short = functional.avg_pool2d(x, kernel_size=2, stride=2)
        # Without padding the convolution may come out a row and a column shorter than the pool, and wider in channels.
        out = functional.pad(out, (0, short.shape[3] - out.shape[3], 0, short.shape[2] - out.shape[2]))
        short = functional.pad(short, (0, 0, 0, 0, 0, out.shape[1] - short.shape[1]))
        return functional.relu(out + short)


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow's "same": the odd pixel of padding goes right and below."""

    def forward(self, x: Tensor) -> Tensor:
        pads: list[int] = []
        for side, kernel, stride in zip(x.shape[:1:-1], self.kernel_size[::-1], self.stride[::-1], strict=True):
            total = max((-(-side // stride) - 1) * stride + kernel - side, 0)
            pads += [total // 2, total - total // 2]
        left, right, top, bottom = pads
        if left == right and top == bottom:  # the convolution pads so by itself, without a copy
            return functional.conv2d(x, self.weight, self.bias, self.stride, (top, left), 1, self.groups)
        return super().forward(functional.pad(x, pads))


class Normalise(nn.Module):
    """RGB 0..255 to about -0.5..0.6."""

    def __init__(self) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)

    def forward(self, crops: Tensor) -> Tensor:
        mean = self.get_buffer("mean")
        return (crops - mean) / 255


def _dense_layer(weights: Weights, name: str, stride: int) -> nn.Module:
    if f"{name}/filters" in weights:
        return _conv(SameConv2d, weights[f"{name}/filters"].permute(3, 2, 0, 1), weights[f"{name}/bias"], stride)
    depthwise = weights[f"{name}/depthwise_filter"].permute(2, 3, 0, 1)
    pointwise = weights[f"{name}/pointwise_filter"].permute(3, 2, 0, 1)
    return nn.Sequential(
        _conv(SameConv2d, depthwise, None, stride, groups=len(depthwise)),
        _conv(nn.Conv2d, pointwise, weights[f"{name}/bias"]),
    )


def _scaled_conv(weights: Weights, name: str, stride: int, padding: int) -> nn.Conv2d:
    """A convolution with the affine layer that follows it (a batch norm's remains) folded in."""
    scale, shift = weights[f"{name}/scale/weights"], weights[f"{name}/scale/biases"]
    filters = weights[f"{name}/conv/filters"].permute(3, 2, 0, 1) * scale.view(-1, 1, 1, 1)
    return _conv(nn.Conv2d, filters, weights[f"{name}/conv/bias"] * scale + shift, stride, padding)


def _conv(
    kind: type[nn.Conv2d], filters: Tensor, bias: Tensor | None, stride: int = 1, padding: int = 0, groups: int = 1
) -> nn.Conv2d:
    outputs, inputs, height, width = filters.shape
    layer = kind(inputs * groups, outputs, (height, width), stride, padding, groups=groups, bias=bias is not None)
    layer.weight = nn.Parameter(filters.contiguous())
    if bias is not None:
        layer.bias = nn.Parameter(bias)
    return layer


def _linear(matrix: Tensor, bias: Tensor | None) -> nn.Linear:
    inputs, outputs = matrix.shape
    layer = nn.Linear(inputs, outputs, bias=bias is not None)
    layer.weight = nn.Parameter(matrix.t().contiguous())
    if bias is not None:
        layer.bias = nn.Parameter(bias)
    return layer
