"""What the operating system says of files, as errors that tell what to do."""

from __future__ import annotations

import errno

from almared.errors import AlmaredError, ResourceError

GO_ON = "start the same command again: what is done stays done"

NO_PERMISSION = ("permission is denied", "change the permissions, or work as the owner or in another directory")

REPAIRS = {
    errno.ENOSPC: ("no space is left on the disk", f"make room, then {GO_ON}"),
    errno.EDQUOT: ("the quota of the disk is used up", f"make room, then {GO_ON}"),
    errno.EFBIG: ("a file would be larger than this shell allows", f"allow more (`ulimit -f unlimited`), then {GO_ON}"),
    errno.EROFS: ("the disk cannot be written to", "work in a directory that can be, or have it mounted for writing"),
    errno.EACCES: NO_PERMISSION,
    errno.EPERM: NO_PERMISSION,
    errno.EIO: ("the disk cannot be read or written", f"look at the disk; when it is well, {GO_ON}"),
    errno.ESTALE: ("the file server has lost the file", f"mount the disk again, then {GO_ON}"),
    errno.EMFILE: ("too many files are open", f"allow more (`ulimit -n 4096`), then {GO_ON}"),
}
"""What an error number means, and what the user can do."""


def explain_disk_fault(fault: OSError) -> AlmaredError | None:
    """Return a clear error for a fault of disk or permissions, None for one that only a programmer can mend.

    Parameters
    ----------
    fault : OSError
        What the operating system said.
    """
    if fault.errno not in REPAIRS:
        return None
    what, repair = REPAIRS[fault.errno]
    # A write to a file that is open tells no name.
    return ResourceError(what, where=str(fault.filename2 or fault.filename or ""), repair=repair, errno=fault.errno)
