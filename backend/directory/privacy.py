"""The public directory: services, places, streets. Nothing here is about a person."""

from backend.core.catalogue import declare

SOURCED = "source external_id last_modified "

declare("directory.TaxonomyTerm", plain="code parent lists name name_en position")
declare(
    "directory.Taxonomy", plain="code name name_en publisher publisher_en version year uri source mark note position"
)
declare("directory.ListedTerm", plain="taxonomy code parent name name_en mark position")
declare("directory.ListedTerm_categories", plain="listedterm taxonomyterm")
declare("directory.Organization", plain=SOURCED + "name name_en description description_en phone url email")
declare(
    "directory.Service",
    plain=SOURCED
    + "organization category program name name_en description description_en url email status languages eligibility eligibility_en "
    "minimum_age maximum_age application application_en fees fees_en alert alert_en is_certified rating_sum rating_count "
    "doubted_at area",
)
declare(
    "directory.Location",
    plain=SOURCED + "community lon lat zone easting northing timezone address address_en postal_code accessibility "
    "accessibility_details kind url name name_en transportation transportation_en languages",
)
declare("directory.ServiceAtLocation", plain="service location phone hours_text hours closed make_up_day search")
declare(
    "directory.Schedule",
    plain="service_at_location position freq interval byday bymonthday byweekno dtstart until count opens_at closes_at "
    "valid_from valid_to season_from season_to days layer adds note note_en",
)
declare("directory.Closure", plain="service_at_location kind starts_at ends_at reason reason_en ended_at")
declare("directory.SearchWord", plain="word")
declare(
    "directory.Network",
    plain="name zone version digest timezone nodes edges west south east north imported_at "
    "due_at lease attempts last_error",
)
declare("directory.WalkNode", plain="network number easting northing")
declare("directory.WalkEdge", plain="network tail head metres effort wheels")
declare("directory.WalkGate", plain="network tail head access hours shut")
declare("directory.Entrance", plain="network ref lon lat kind wheelchair outline")
for _profile in ("Walk", "Wheel"):
    declare(
        f"directory.{_profile}Origin",
        plain="building network lon lat start_lon start_lat tail head along snap_metres limit is_stale",
    )
    declare(
        f"directory.{_profile}Target",
        plain="network service_at_location lon lat tail head along leg is_estimate is_stale",
    )
    declare(f"directory.{_profile}Time", plain="building service_at_location effort metres is_estimate")
