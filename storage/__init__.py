"""Postgres and S3: schema, named SQL, transactions and durable jobs. The only place where a rule of hiring lives."""
