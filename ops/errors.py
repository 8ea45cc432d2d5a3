"""What stops a command: told in one line, without a trace."""


class OperatorError(Exception):
    """Something the operator can mend; the message says how."""
