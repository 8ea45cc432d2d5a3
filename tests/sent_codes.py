"""One-time codes as they lie in the outbox."""

from uuid import UUID

from storage.database import Connection


async def sent_code(connection: Connection, session_id: UUID) -> str:
    """The newest code of a session that is still in the outbox."""
    rows = await connection.execute(
        b"SELECT code FROM messages WHERE session_id = %s AND kind = 'identity_code' AND code IS NOT NULL"
        b" ORDER BY created_at DESC LIMIT 1",
        [session_id],
    )
    row = await rows.fetchone()
    assert row is not None, "no code waits to be sent"
    return connection.fields.decrypt(row["code"])


def wrong_code(code: str) -> str:
    """Another code than that."""
    return f"{(int(code) + 1) % 10**6:06}"
