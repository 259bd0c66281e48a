"""Faults of files reported by the operating system, as errors with a repair."""

from __future__ import annotations

import errno

from almared.errors import AlmaredError, ResourceError

GO_ON = "run the same command again: finished work is kept"

NO_PERMISSION = ("permission is denied", "change the permissions, or work as the owner or in another directory")

REPAIRS = {
    errno.ENOSPC: ("no space is left on the disk", f"free some space, then {GO_ON}"),
    errno.EDQUOT: ("the quota of the disk is used up", f"free some space, then {GO_ON}"),
    errno.EFBIG: ("a file would be larger than this shell allows", f"allow more (`ulimit -f unlimited`), then {GO_ON}"),
    errno.EROFS: ("the disk cannot be written to", "work in a writable directory, or mount the disk for writing"),
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
    errno.EIO: ("the disk cannot be read or written", f"check the disk; once it works, {GO_ON}"),
    errno.ESTALE: ("the file server has lost the file", f"mount the disk again, then {GO_ON}"),
    errno.EMFILE: ("too many files are open", f"allow more (`ulimit -n 4096`), then {GO_ON}"),
}
"""What an error number means, and what the user can do."""


def explain_disk_fault(fault: OSError) -> AlmaredError | None:
    """Return a clear error for a fault of disk or permissions, None for one that only a developer can fix.

    Parameters
    ----------
    fault : OSError
        The error of the operating system.
    """
    if fault.errno not in REPAIRS:
        return None
    what, repair = REPAIRS[fault.errno]
    # A failed write to an open file has no name.
    return ResourceError(what, where=str(fault.filename2 or fault.filename or ""), repair=repair, errno=fault.errno)
