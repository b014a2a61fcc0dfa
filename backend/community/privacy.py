"""Places and companies: nothing here is about a person."""

from backend.core.catalogue import declare

declare("community.Division", plain="name name_en lon lat code kind parent is_village")
declare("community.Company", plain="name name_en kind phone division")
declare("community.Compound", plain="name name_en lon lat community kind")
declare("community.ServiceContract", plain="company compound valid_from valid_to")
declare("community.Building", plain="name name_en lon lat compound kind")
declare("community.Unit", plain="building name")
declare("community.Home", plain="building unit compound community name kind area_m2")
