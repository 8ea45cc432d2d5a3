"""How much a résumé may cost. The figures of the child's limits were measured; tests hold them."""

import resource

MAX_BYTES = 10_000_000
MAX_CHARACTERS = 200_000
MAX_PAGES = 100  # of a PDF

CPU_S = 5  # an ordinary résumé takes under one
WALL_S = 30.0  # more than the CPU's, since other work may hold the cores
ADDRESS_SPACE = 512 * 2**20  # bytes; an ordinary résumé needs under 100 MB of it
RESULT_BYTES = 4 * 2**20  # the largest text as JSON, with room


def limit_this_process() -> None:
    """Bind this process, for good, to the limits above: the kernel ends it, or refuses it memory, beyond them.

    It can also start no further process (where it does not run as root), and leaves no core dump.
    """
    _limit(resource.RLIMIT_CPU, CPU_S)
    _limit(resource.RLIMIT_AS, ADDRESS_SPACE)
    _limit(resource.RLIMIT_FSIZE, RESULT_BYTES)
    _limit(resource.RLIMIT_NPROC, 0)
    _limit(resource.RLIMIT_CORE, 0)


def _limit(kind: int, most: int) -> None:
    _, allowed = resource.getrlimit(kind)
    if allowed != resource.RLIM_INFINITY:
        most = min(most, allowed)
    resource.setrlimit(kind, (most, most))
