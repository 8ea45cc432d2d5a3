"""The regions' presets, and what holds by them: a setting that a region's law does not allow never takes effect."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, get_args

from storage.errors import Invalid
from storage.policies.records import EffectivePolicy, PolicySettings, Preset, PresetValue, Region

_DAYS = ("biometric_days", "media_days", "analysis_days")


@cache
def presets() -> dict[str, Preset]:
    """The presets by region, as presets.toml beside this file has them."""
    content = tomllib.loads(Path(__file__).with_name("presets.toml").read_text(encoding="utf-8"))
    return {
        region: Preset(
            region=region,
            name=content[region].pop("name"),
            settings={name: PresetValue.model_validate(value) for name, value in content[region].items()},
        )
        for region in get_args(Region)
    }


def resolve(organisation: PolicySettings, interview: PolicySettings | None = None) -> EffectivePolicy:
    """What holds: an interview's settings over the organisation's over the preset of the region."""
    settings = _inherited(organisation, interview)
    preset = presets()[settings["region"]].settings
    values = {
        name: settings[name] if settings.get(name) is not None and _breach(preset[name], settings[name]) is None else
        preset[name].value
        for name in EffectivePolicy.model_fields
        if name in preset
    }  # fmt: skip
    return EffectivePolicy.model_validate(
        values | {"region": settings["region"], "bias_audit_url": settings.get("bias_audit_url")}
    )


def check(organisation: PolicySettings, interview: PolicySettings | None = None) -> None:
    """Raise Invalid where a setting breaks the law of its region, naming that law."""
    settings = _inherited(organisation, interview)
    preset = presets()[settings["region"]]
    for name, value in preset.settings.items():
        breach = _breach(value, settings[name]) if settings.get(name) is not None else None
        if breach is not None:
            raise Invalid(
                f"policy-{name.replace('_', '-')}", f"{preset.name}: {name} {breach}. {value.basis}", f"/{name}"
            )
    bias_audit = preset.settings["bias_audit"]
    if bias_audit.value and settings.get("bias_audit_url") is None:
        raise Invalid(
            "policy-bias-audit", f"{preset.name}: bias_audit_url must be set. {bias_audit.basis}", "/bias_audit_url"
        )
    effective = resolve(organisation, interview)
    for name in _DAYS:
        if getattr(effective, name) > effective.decision_days:
            raise Invalid(
                "policy-days", f"{name} cannot be longer than the {effective.decision_days} decision_days.", f"/{name}"
            )


def _inherited(organisation: PolicySettings, interview: PolicySettings | None) -> dict[str, Any]:
    own = organisation.model_dump() | {"region": organisation.region or "none"}
    if interview is None:
        return own
    set_here = interview.model_dump(exclude_none=True)
    elsewhere = interview.region is not None and interview.region != own["region"]
    return set_here if elsewhere else own | set_here


def _breach(preset: PresetValue, value: Any) -> str | None:
    """How a value breaks its bounds, or None."""
    if preset.allowed is not None and value not in preset.allowed:
        return f"must be {' or '.join(str(allowed).lower() for allowed in preset.allowed)}"
    if preset.minimum is not None and value < preset.minimum:
        return f"must be at least {preset.minimum}"
    if preset.maximum is not None and value > preset.maximum:
        return f"must be at most {preset.maximum}"
    return None
