"""Question templates over HTTP."""

from frontends.api.operation import Call, Operation
from storage.paging import Page
from storage.templates import transactions
from storage.templates.records import NewTemplate, Template, TemplateChanges, TemplateQuery


async def create_question_template(call: Call, new: NewTemplate) -> Template:
    return await transactions.create_template(call.connection, new)


async def list_question_templates(call: Call) -> Page[Template]:
    return await transactions.list_templates(call.connection, call.query)


async def get_question_template(call: Call) -> Template:
    return await transactions.get_template(call.connection, call.path_id("template_id"))


async def change_question_template(call: Call, changes: TemplateChanges) -> Template:
    return await transactions.change_template(call.connection, call.path_id("template_id"), call.version, changes)


_TEMPLATES = "/v1/question-templates"
_TEMPLATE = f"{_TEMPLATES}/{{template_id:uuid}}"

OPERATIONS = [
    Operation(
        "POST", _TEMPLATES, "Create a question template", create_question_template, Template, NewTemplate, 201,
        scope="positions:write",
    ),
    Operation(
        "GET", _TEMPLATES, "List question templates", list_question_templates, Page[Template],
        scope="positions:read", query=TemplateQuery,
    ),
    Operation("GET", _TEMPLATE, "Get a question template", get_question_template, Template, scope="positions:read"),
    Operation(
        "PATCH", _TEMPLATE, "Change a question template", change_question_template, Template, TemplateChanges,
        scope="positions:write",
    ),
]  # fmt: skip
