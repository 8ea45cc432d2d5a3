"""A candidate who sits an interview in a real browser: Chromium, with a camera and a microphone made from files.

Playwright drives it, and is imported only when a browser is opened: whoever opens none needs neither.
"""
