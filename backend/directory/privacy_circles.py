"""Curated circles and counted coverage: places and numbers of homes, nothing about a person."""

from backend.core.catalogue import declare

declare(
    "directory.ThemedCircle",
    plain="division kind state name name_en text text_en cover published_at last_modified",
)
declare("directory.CircleStop", plain="circle position service_at_location note note_en effort metres is_estimate")
declare(
    "directory.CoverageSpan",
    plain="community category profile since until homes covered uncovered unknown found nearest_seconds",
)
declare("directory.CoverageMark", plain="community counted_at")
