"""The columns of a sheet and what their heads may be called, in Chinese or English."""

import re
import unicodedata

COLUMNS: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "id": ("编号", "id", ("外部编号", "序号", "external id", "external_id", "code")),
    "name": ("名称", "name", ("服务名称", "店名", "商户名称", "机构名称", "service name")),
    "name_en": ("英文名称", "name (English)", ("英文名", "english name", "name_en", "name en")),
    "category": ("类别", "category", ("分类", "业态", "服务类别", "type")),
    "operator": ("单位", "organization", ("机构", "企业名称", "所属单位", "经营单位", "organisation", "operator", "company")),
    "phone": ("电话", "phone", ("联系电话", "手机", "telephone", "tel")),
    "address": ("地址", "address", ("详细地址", "address_1")),
    "address_en": ("英文地址", "address (English)", ("address_en", "english address")),
    "postal_code": ("邮编", "postal code", ("邮政编码", "postal_code", "postcode", "zip")),
    "lon": ("经度", "longitude", ("lon", "lng", "x")),
    "lat": ("纬度", "latitude", ("lat", "y")),
    "crs": ("坐标系", "crs", ("坐标系统", "datum", "坐标类型")),
    "hours": ("营业时间", "opening hours", ("服务时间", "开放时间", "hours", "opening_hours")),
    "accessibility": ("无障碍", "wheelchair", ("轮椅", "无障碍设施", "accessibility")),
    "url": ("网址", "website", ("网站", "url", "web")),
    "description": ("说明", "description", ("简介", "备注", "服务内容")),
    "description_en": ("英文说明", "description (English)", ("description_en", "english description")),
    "community": ("社区", "community", ("所属社区", "社区代码", "community code")),
}  # fmt: skip
"""Field → (Chinese head, English head, further heads)."""

REQUIRED = ("name", "category", "lon", "lat")


def _plain(head: str) -> str:
    return re.sub(r"[\s_*:]+", " ", unicodedata.normalize("NFKC", head)).strip().casefold()


_KNOWN = {
    _plain(head): field
    for field, (chinese, english, others) in COLUMNS.items()
    for head in (chinese, english, *others, field)
}


def field_of(head: str) -> str | None:
    """Return the field that a head means; None for a column that nobody knows."""
    plain = _plain(head)
    return _KNOWN.get(plain) or _KNOWN.get(re.sub(r"\s*\((?!english).*\)$", "", plain))
