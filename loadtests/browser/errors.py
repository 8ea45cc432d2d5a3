"""What keeps a browser from starting: told in one line."""


class BrowserMissing(Exception):
    """Chromium, or what drives it, is not on this machine; the message says how to get it."""
