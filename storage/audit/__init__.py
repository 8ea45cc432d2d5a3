"""The audit log: who saw, changed, decided and exported what. It is only ever appended to, and hash-chained."""
