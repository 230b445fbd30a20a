"""Office files are zip files: the same parts always packed alike, whatever time it is."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

FIXED = (1980, 1, 1, 0, 0, 0)  # a zip file cannot say anything earlier
PACKED = (".png", ".jpg", ".jpeg")  # packed already


def repacked(raw: BytesIO) -> bytes:
    """The same parts in the same order, all with one fixed time."""
    packed = BytesIO()
    with ZipFile(raw) as before, ZipFile(packed, "w", ZIP_DEFLATED) as after:
        for name in before.namelist():
            info = ZipInfo(name, FIXED)
            info.compress_type = ZIP_STORED if name.endswith(PACKED) else ZIP_DEFLATED
            after.writestr(info, before.read(name))
    return packed.getvalue()
