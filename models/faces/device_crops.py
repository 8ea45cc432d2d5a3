"""Aligned crops of faces, cut on the device that holds the frames. Template and crops as in `alignment`."""

import torch
from insightface.utils.face_align import arcface_dst
from torch import Tensor

from models.faces.alignment import ARCFACE_SIDE


def alignments(points: Tensor, side: int, shift: float) -> tuple[Tensor, Tensor]:
    """The similarity transforms that take five points [m, 5, 2] each to the template, as z -> turn * z + move.

    Points are complex numbers x + iy; turn and move are complex64 [m]. The least-squares fit without reflection has
    this closed form in the plane (Umeyama 1991 gives the same).
    """
    template = torch.from_numpy(arcface_dst).to(points) * (side / ARCFACE_SIDE)
    template = template + template.new_tensor([0.0, shift * side])
    faces, wanted = torch.view_as_complex(points.contiguous()), torch.view_as_complex(template)
    face_middle, middle = faces.mean(1, keepdim=True), wanted.mean()
    spread = (faces - face_middle).abs().square().sum(1)
    turn = ((faces - face_middle).conj() * (wanted - middle)).sum(1) / spread
    return turn, middle - turn * face_middle.squeeze(1)


def crops(frames: Tensor, owners: Tensor, turn: Tensor, move: Tensor, side: int) -> Tensor:
    """The faces as float32 [m, 3, side, side], 0..255, bilinear, black where the frame ends.

    frames: uint8 [n, h, w, 3]; only the pixels of the faces are read.
    """
    ticks = torch.arange(side, device=frames.device, dtype=torch.float32)
    places = torch.complex(ticks[None, :].expand(side, side), ticks[:, None].expand(side, side))
    source = (places[None] - move[:, None, None]) / turn[:, None, None]
    left, top = source.real.floor(), source.imag.floor()
    right_part, below_part = (source.real - left)[..., None], (source.imag - top)[..., None]
    height, width = frames.shape[1:3]

    def pixels(y: Tensor, x: Tensor) -> Tensor:
        inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
        rows, columns = y.clamp(0, height - 1).long(), x.clamp(0, width - 1).long()
        return frames[owners[:, None, None], rows, columns].float() * inside[..., None]

    upper = pixels(top, left) * (1 - right_part) + pixels(top, left + 1) * right_part
    lower = pixels(top + 1, left) * (1 - right_part) + pixels(top + 1, left + 1) * right_part
    return (upper * (1 - below_part) + lower * below_part).permute(0, 3, 1, 2)


def to_frame(points: Tensor, turn: Tensor, move: Tensor) -> Tensor:
    """Points [m, k, 2] of crops in pixels of their frames."""
    back = (torch.view_as_complex(points.contiguous()) - move[:, None]) / turn[:, None]
    return torch.view_as_real(back)
