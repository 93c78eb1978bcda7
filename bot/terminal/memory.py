"""Whether the process may take as much memory as models need, without which libraries crash, saying nothing.

What a cgroup limits is memory in use, of which Docent needs little (docs/quality.md); to take more than it
allows ends the process by SIGKILL, which loses nothing (docs/reliability.md).
"""

NEEDED = 2_000_000_000
"""Bytes of address space: libraries and models are mapped, of which a tenth comes to be in use."""


def warning() -> str:
    """A sentence on a limit that is too low; "" where there is none."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return ""
    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit == resource.RLIM_INFINITY or limit >= NEEDED:
        return ""
    return (
        f"This process is limited to {limit / 1e6:.0f} MB of address space (`ulimit -v`), and models may "
        f"need {NEEDED / 1e6:.0f} MB; libraries may fail or crash. "
        "Limit memory in use instead, as by a cgroup."
    )
