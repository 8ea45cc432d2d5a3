"""Policies over HTTP: the organisation's, an interview's, and the presets of the regions' laws."""

from frontends.api.operation import Call, Operation
from storage.policies import transactions
from storage.policies.presets import presets
from storage.policies.records import Policy, PolicySettings, PresetList


async def list_policy_presets(call: Call) -> PresetList:
    return PresetList(items=[*presets().values()])


async def get_policy(call: Call) -> Policy:
    return await transactions.get_policy(call.connection)


async def change_policy(call: Call, changes: PolicySettings) -> Policy:
    return await transactions.change_policy(call.connection, None, call.version, changes)


async def get_interview_policy(call: Call) -> Policy:
    return await transactions.get_policy(call.connection, call.path_id("interview_id"))


async def change_interview_policy(call: Call, changes: PolicySettings) -> Policy:
    return await transactions.change_policy(call.connection, call.path_id("interview_id"), call.version, changes)


_POLICY = "/v1/policy"
_INTERVIEW = "/v1/interviews/{interview_id:uuid}/policy"

OPERATIONS = [
    Operation(
        "GET", "/v1/policy-presets", "List what each region's law asks of a policy", list_policy_presets, PresetList,
        scope="privacy:read",
    ),
    Operation("GET", _POLICY, "Get the organisation's policy", get_policy, Policy, scope="privacy:read"),
    Operation(
        "PATCH", _POLICY, "Change the organisation's policy", change_policy, Policy, PolicySettings,
        scope="privacy:write",
    ),
    Operation("GET", _INTERVIEW, "Get an interview's policy", get_interview_policy, Policy, scope="interviews:read"),
    Operation(
        "PATCH", _INTERVIEW, "Change an interview's policy", change_interview_policy, Policy, PolicySettings,
        scope="privacy:write",
    ),
]  # fmt: skip
