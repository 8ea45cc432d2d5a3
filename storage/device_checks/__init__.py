"""The device check: a candidate's camera, microphone and network, before the first question."""
