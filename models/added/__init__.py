"""Models that an organisation brings: checked, tried, and kept version beside version."""

from models.added.recognise import WrongFile
from models.added.record import AddedModel, added_model, added_models, added_versions

__all__ = ["AddedModel", "WrongFile", "added_model", "added_models", "added_versions"]
