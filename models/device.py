"""The device that a model is to compute on: "cpu", "cuda", or "cuda:1" for the second GPU."""

from models.graphs.errors import NoAccelerator


def require_device(device: str) -> None:
    """Raise NoAccelerator, whose message is one line, where a GPU is asked for and torch finds none."""
    if not device.startswith("cuda"):
        return
    import torch  # takes seconds, which nobody waits for who asks for the CPU

    if torch.cuda.is_available():
        return
    if torch.version.cuda is None:
        raise NoAccelerator(
            f"The device {device} was asked for, but the torch installed here is built for the CPU alone. "
            "Use the device cpu, or install the CUDA build of torch."
        )
    raise NoAccelerator(
        f"The device {device} was asked for, but torch finds no GPU here. "
        "Check the driver with nvidia-smi, or use the device cpu."
    )
