"""Encrypt single fields, as contact data is: the database and its backups hold no address in plain."""

import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from pydantic import SecretStr

from storage.errors import Unavailable

# Every Fernet token begins so: its version byte 0x80 and the high bytes of its time (Fernet specification).
_TOKEN = b"gAAAA"


class FieldCipher:
    """Fernet (AES-128-CBC and HMAC-SHA256) under the newest key; older keys decrypt.

    keys: comma-separated Fernet keys, the newest first. Raises ValueError where one is none.
    """

    def __init__(self, keys: SecretStr) -> None:
        self._keys = [key.strip().encode() for key in keys.get_secret_value().split(",") if key.strip()]
        self._fernet = MultiFernet([Fernet(key) for key in self._keys])

    def encrypt(self, text: str) -> bytes:
        """The text as a token under the newest key."""
        return self._fernet.encrypt(text.encode())

    def decrypt(self, token: bytes) -> str:
        """The text of a token; raises Unavailable where no key fits."""
        try:
            return self._fernet.decrypt(token).decode()
        except InvalidToken as error:
            raise Unavailable(
                "field-key-missing", "A field was encrypted under a key that PARLEY_FIELD_KEYS lacks."
            ) from error

    def decrypt_optional(self, token: bytes | None) -> str | None:
        """The text of a token, or None for none."""
        return None if token is None else self.decrypt(token)

    def encrypt_optional(self, text: str | None) -> bytes | None:
        """The text as a token, or None for none."""
        return None if text is None else self.encrypt(text)

    def index(self, text: str) -> bytes:
        """A keyed hash under the newest key, by which equal texts are found; case does not matter."""
        return self.indexes(text)[0]

    def indexes(self, text: str) -> list[bytes]:
        """The text's keyed hash under each key, the newest first: what is not rotated yet is found as well."""
        return [hmac.new(key, b"index:" + text.casefold().encode(), hashlib.sha256).digest() for key in self._keys]

    def renew(self, stored: bytes) -> bytes:
        """A stored field under the newest key. What was stored before there was encryption is taken as plain text."""
        if not stored.startswith(_TOKEN):
            return self.encrypt(stored.decode())
        try:
            return self._fernet.rotate(stored)
        except InvalidToken as error:
            raise Unavailable(
                "field-key-missing", "A field was encrypted under a key that PARLEY_FIELD_KEYS lacks."
            ) from error
