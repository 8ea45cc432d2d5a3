"""CenterFace in torch: frames on a device in, faces on the same device out. Constants and method as in `detector`."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from models.faces.detector import (
    MAX_OVERLAP,
    MIN_SCORE,
    NAME,
    SIDE_STEP,
    SMALL_FACE,
    SMALL_SIDE,
    STILL_SIDE,
    STRIDE,
    VIDEO_SIDE,
    published_graph,
)
from models.graphs.finite import NotFinite
from models.graphs.onnx_network import OnnxNetwork


@dataclass(frozen=True)
class Found:
    """Faces of some frames, all tensors on one device: owners int64 [m], the frame of each face; boxes float32 [m, 4],
    x0 y0 x1 y1, and points [m, 5, 2] in pixels of the frame; scores [m]."""

    owners: Tensor
    boxes: Tensor
    points: Tensor
    scores: Tensor

    def __getitem__(self, rows: Tensor | slice) -> "Found":
        return Found(self.owners[rows], self.boxes[rows], self.points[rows], self.scores[rows])

    def __add__(self, other: "Found") -> "Found":
        pairs = zip(self._parts(), other._parts(), strict=True)
        return Found(*(torch.cat(pair) for pair in pairs))

    def of(self, frames: Tensor) -> "Found":
        """The same faces where row i of a selection of frames is frame `frames[i]`."""
        return Found(frames[self.owners], self.boxes, self.points, self.scores)

    def _parts(self) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        return self.owners, self.boxes, self.points, self.scores


class DeviceDetector:
    """Looks at frames as CenterFaceDetector does; nothing leaves the device but the number of faces."""

    def __init__(self, model: Path, device: torch.device) -> None:
        """Load the published file. Raises DetectorError."""
        self._network = OnnxNetwork(published_graph(model)).to(device)

    def detect(self, frames: Tensor) -> Found:
        """The faces of frames, uint8 [n, h, w, 3], by frame, and largest first in each. Raises NotFinite."""
        longest = max(frames.shape[1:3])
        found = self._look(frames, VIDEO_SIDE)
        if longest > VIDEO_SIDE:
            closer = self._look(frames, STILL_SIDE)
            sides = (closer.boxes[:, 2:] - closer.boxes[:, :2]).amax(1)
            found = found + closer[(sides <= SMALL_FACE * longest / min(longest, STILL_SIDE)) & ~_held(closer, found)]
        if longest > SMALL_SIDE:
            empty = (torch.bincount(found.owners, minlength=len(frames)) == 0).nonzero().squeeze(1)
            if len(empty):
                found = found + self._look(frames[empty], SMALL_SIDE).of(empty)
        areas = (found.boxes[:, 2:] - found.boxes[:, :2]).prod(1)
        by_area = areas.argsort(descending=True, stable=True)
        return found[by_area[found.owners[by_area].argsort(stable=True)]]

    def _look(self, frames: Tensor, side: int) -> Found:
        """One look with the longest side at most `side` pixels, enlarging only up to SMALL_SIDE."""
        height, width = frames.shape[1:3]
        scale = min(max(height, width, SMALL_SIDE), side) / max(height, width)
        pictures = frames.permute(0, 3, 1, 2).float()
        if scale != 1.0:
            size = (max(1, round(height * scale)), max(1, round(width * scale)))
            if scale < 1.0:
                pictures = functional.interpolate(pictures, size, mode="area")
            else:
                pictures = functional.interpolate(pictures, size, mode="bilinear", align_corners=False)
        below, right = -pictures.shape[2] % SIDE_STEP, -pictures.shape[3] % SIDE_STEP
        maps = self._network(functional.pad(pictures, (0, right, 0, below)))
        finite = torch.stack([part.flatten(1).isfinite().all(1) for part in maps]).all(0)
        if not finite.all():  # a heat that is none would pass for a frame without faces
            raise NotFinite(NAME, (~finite).nonzero()[:, 0].tolist())
        heat, sizes, offsets, points = maps
        return _suppress(_decode(heat, sizes, offsets, points, scale, (height, width)))


def _decode(
    heat: Tensor, sizes: Tensor, offsets: Tensor, points: Tensor, scale: float, frame: tuple[int, int]
) -> Found:
    """Maps [n, c, h/4, w/4] to faces: sizes are logs of cells, points are in boxes, y before x."""
    owners, rows, columns = (heat[:, 0] > MIN_SCORE).nonzero(as_tuple=True)
    extents = sizes[owners, :, rows, columns].exp() * STRIDE  # [m, 2], height and width
    cells = torch.stack([rows, columns], 1) + offsets[owners, :, rows, columns] + 0.5
    corners = cells * STRIDE - extents / 2  # top and left
    boxes = torch.cat([corners.flip(1), (corners + extents).flip(1)], 1) / scale
    limit = torch.tensor([frame[1], frame[0]] * 2, device=heat.device)
    fives = points[owners, :, rows, columns].view(-1, 5, 2) * extents[:, None] + corners[:, None]
    return Found(owners, boxes.clamp(min=0).minimum(limit), fives.flip(2) / scale, heat[owners, 0, rows, columns])


def _suppress(found: Found) -> Found:
    """Keep the best of each group of overlapping boxes (non-maximum suppression).

    All faces at once rather than one after the other, with the same result: Cluster NMS, Zheng et al. (2020),
    arXiv:2005.03572.
    """
    found = found[found.scores.argsort(descending=True, stable=True)]
    corners = torch.maximum(found.boxes[:, None, :2], found.boxes[None, :, :2])
    ends = torch.minimum(found.boxes[:, None, 2:], found.boxes[None, :, 2:])
    common = (ends - corners).clamp(min=0).prod(2)
    areas = (found.boxes[:, 2:] - found.boxes[:, :2]).prod(1)
    overlap = common / (areas[:, None] + areas[None] - common).clamp(min=1e-6)
    same = found.owners[:, None] == found.owners[None]
    better = ((overlap > MAX_OVERLAP) & same).triu(1)  # row i is better than column j, and at its place
    kept = torch.ones_like(found.owners, dtype=torch.bool)
    while True:
        still = ~(better & kept[:, None]).any(0)
        if torch.equal(still, kept):
            return found[kept]
        kept = still


def _held(faces: Found, known: Found) -> Tensor:
    """Whether the middle of each face lies in a known one of its frame: bool [m]."""
    middles = (faces.boxes[:, None, :2] + faces.boxes[:, None, 2:]) / 2
    inside = ((known.boxes[None, :, :2] <= middles) & (middles <= known.boxes[None, :, 2:])).all(2)
    return (inside & (faces.owners[:, None] == known.owners[None])).any(1)
