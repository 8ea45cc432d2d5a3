"""The catalogue of models: what there is, what is installed, and how to fetch it."""

from models.catalog.entry import Catalogue, Entry, UnknownModel, load_catalogue
from models.catalog.fetch import FetchFailed, fetch
from models.catalog.installed import ModelCorrupt, ModelMissing, model_folder, state, verify

__all__ = [
    "Catalogue",
    "Entry",
    "FetchFailed",
    "ModelCorrupt",
    "ModelMissing",
    "UnknownModel",
    "fetch",
    "load_catalogue",
    "model_folder",
    "state",
    "verify",
]
