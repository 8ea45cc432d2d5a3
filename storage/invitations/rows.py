"""Read the rows of a bulk invitation, one by one: CSV with a header, or a JSON object on each line (NDJSON)."""

import csv
import io
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Literal

from pydantic import ValidationError

from storage.errors import Invalid
from storage.invitations.records import InvitationRow, RowProblem

RowsType = Literal["text/csv", "application/x-ndjson"]
MAX_ROWS = 10_000
_MAX_LINE = 64 * 1024


@dataclass(frozen=True)
class ReadRow:
    """A row by its number from 1, or what is wrong with it."""

    number: int
    row: InvitationRow | None
    problems: list[RowProblem]


def read_rows(file: BinaryIO, rows_type: RowsType) -> Generator[ReadRow]:
    """The rows of a file in UTF-8; a row that does not fit is one with problems.

    Raises Invalid where the file as a whole is none: no header, unknown columns, another encoding, too many rows.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    rows = _csv_rows(text) if rows_type == "text/csv" else _json_rows(text)
    try:
        for number, row in enumerate(rows, start=1):
            if number > MAX_ROWS:
                raise Invalid("too-many-rows", f"One request invites at most {MAX_ROWS} candidates.")
            yield ReadRow(number, *row)
    except UnicodeDecodeError:
        raise Invalid("encoding-unknown", "Send the rows in UTF-8.") from None
    finally:
        text.detach()


_Row = tuple[InvitationRow | None, list[RowProblem]]


def _csv_rows(text: io.TextIOWrapper) -> Iterator[_Row]:
    reader = csv.DictReader(text, strict=True, restkey="_beyond")
    try:
        header = reader.fieldnames or []
        unknown = [name for name in header if name not in InvitationRow.model_fields]
        if unknown or "name" not in header or len(set(header)) != len(header):
            columns = ", ".join(InvitationRow.model_fields)
            raise Invalid(
                "header-invalid", f"The first line names the columns, each once and at least name: {columns}."
            )
        for values in reader:
            if "_beyond" in values:
                yield None, [RowProblem(field=None, detail="the row has more values than the header has columns")]
            else:
                # An empty cell says nothing.
                yield _validated({name: value for name, value in values.items() if value})
    except csv.Error as error:
        raise Invalid("csv-invalid", f"Line {reader.line_num} is no CSV: {error}.") from None


def _json_rows(text: io.TextIOWrapper) -> Iterator[_Row]:
    while line := text.readline(_MAX_LINE):
        if not line.strip():
            continue
        if len(line) == _MAX_LINE and not line.endswith("\n"):
            raise Invalid("line-too-long", f"A line has at most {_MAX_LINE} characters.")
        try:
            yield InvitationRow.model_validate_json(line), []
        except ValidationError as error:
            yield None, _problems(error)


def _validated(values: dict[str, str | None]) -> _Row:
    try:
        return InvitationRow.model_validate(values), []
    except ValidationError as error:
        return None, _problems(error)


def _problems(error: ValidationError) -> list[RowProblem]:
    return [
        RowProblem(field=str(found["loc"][0]) if found["loc"] else None, detail=found["msg"])
        for found in error.errors(include_url=False, include_input=False)
    ]
