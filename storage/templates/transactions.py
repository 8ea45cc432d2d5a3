"""Make, read and change question templates."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from storage.database import Connection, fetch_known, fetch_one
from storage.paging import Page, fetch_page
from storage.sql import load_queries
from storage.templates.records import NewTemplate, Template, TemplateChanges, TemplateQuery
from storage.updates import update_row

_QUERIES = load_queries(__file__)


async def create_template(connection: Connection, new: NewTemplate) -> Template:
    """Store a new template."""
    return Template.model_validate(await fetch_one(connection, _QUERIES["insert"], _stored(new.model_dump())))


async def get_template(connection: Connection, template_id: UUID) -> Template:
    """One template; raises NotFound."""
    row = await fetch_known(connection, _QUERIES["template"], {"id": template_id}, "question-template")
    return Template.model_validate(row)


async def list_templates(connection: Connection, query: TemplateQuery) -> Page[Template]:
    """The organisation's templates."""
    return await fetch_page(connection, _QUERIES["templates"], query.model_dump(), Template, query, query.sort)


async def change_template(
    connection: Connection, template_id: UUID, version: int, changes: TemplateChanges
) -> Template:
    """Change a template, archive it or bring it back; raises NotFound, or Changed."""
    columns = _stored(changes.model_dump(exclude_unset=True, exclude={"archived"}))
    if "archived" in changes.model_fields_set:
        columns["archived_at"] = datetime.now(UTC) if changes.archived else None
    await update_row(connection, "question_templates", "question-template", template_id, version, columns)
    return await get_template(connection, template_id)


def _stored(values: dict[str, Any]) -> dict[str, Any]:
    return values | {name: Jsonb(values[name]) for name in ("rubric", "keywords") if name in values}
