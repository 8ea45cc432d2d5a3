"""The Starlette front: it translates between people or programs and storage's transactions."""
