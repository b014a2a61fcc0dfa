"""Figures about communities: nothing here is about a person."""

from backend.core.catalogue import declare

declare("insight.IndexConfig", plain="number state note adopted_at")
declare("insight.Indicator", plain="config position source codes name name_en weight floor target least")
declare("insight.IndexResult", plain="config community month points measured computed_at")
declare("insight.IndexLine", plain="result indicator raw cases scaled points why_not")
declare("insight.OfficialStar", plain="community stars year source source_url")
