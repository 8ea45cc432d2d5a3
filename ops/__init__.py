"""The `parley` command, the embedded servers and the settings profiles: ops only composes the other rooms."""
