"""What can be wrong with a graph, or with who runs it; each message is one line that says what to do."""


class GraphError(RuntimeError):
    """A graph cannot be loaded, or not be run on these tensors."""


class NoAccelerator(GraphError):
    """A GPU was asked for, and this machine or its onnxruntime has none."""


class GraphUnavailable(GraphError):
    """The server that runs the graph does not answer, or not in time."""


class GraphRefused(GraphError):
    """The server that runs the graph does not run it on these tensors, or something is wrong with the server."""


class WrongGraph(GraphError):
    """The server has no such graph, or another version of it than the one that was started with."""
