"""What the booklet says beside its data, in Chinese and English."""

from __future__ import annotations

WORDS: dict[str, tuple[str, str]] = {
    "title": ("便民服务手册", "Neighbourhood Services"),
    "circle": ("一刻钟便民生活圈", "Your 15-minute circle"),
    "printed": ("数据截至 {day}", "As of {day}"),
    "call": ("紧急电话", "In an emergency"),
    "110": ("报警", "Police"),
    "119": ("火警", "Fire and rescue"),
    "120": ("急救", "Ambulance"),
    "122": ("交通事故", "Traffic accidents"),
    "12345": ("市民服务热线", "City hotline"),
    "desks": ("物业服务", "Property desks"),
    "map": ("便民服务示意图", "Map of services"),
    "map.how": (
        "数字与后页的服务编号相同；方块为本社区的楼栋。街道按步行路网绘制。",
        "Numbers are those of the services on the next pages; squares are the community's buildings. Streets: the walking network.",
    ),
    "map.none": ("暂无可绘制的位置。", "There is nothing to draw yet."),
    "metres": ("{n} 米", "{n} m"),
    "north": ("北", "N"),
    "services": ("服务", "Services"),
    "none": ("暂无登记的服务。", "No services are registered yet."),
    "minutes": ("步行 {n} 分钟", "{n} min walk"),
    "beyond": ("本社区内", "in the community"),
    "certified": ("认定服务商", "Certified"),
    "accessible": ("无障碍", "Step-free"),
    "limited": ("部分无障碍", "Partly step-free"),
    "more": ("步行 15 分钟内还有 {n} 处", "{n} more within 15 minutes"),
    "hours.unknown": ("营业时间请电话咨询", "Call for opening hours"),
    "page": ("第 {n} 页，共 {all} 页", "Page {n} of {all}"),
    "how": (
        "步行时间按路网从本社区最近的楼栋计算，速度每秒 4/3 米，台阶按 1.8 倍计；每类列出最近的 3 处。营业时间以商户公布为准。",
        (
            "Walking times follow the streets from the nearest building of the community at 4/3 metres a second, steps counted 1.8 "
            "times; the 3 nearest of each kind are listed. Opening hours may change: ask the provider."
        ),
    ),
    "source": ("数据来源：{names}", "Source: {names}"),
    "source.osm": ("© OpenStreetMap 贡献者（ODbL）", "© OpenStreetMap contributors (ODbL)"),
    "source.demo": ("演示数据（虚构）", "demo data (invented)"),
    "source.desk": ("社区登记", "the community's register"),
    "source.other": ("本区服务目录", "the district's directory of services"),
}

NUMBERS = ("110", "119", "120", "122", "12345")


def say(key: str, language: str, **values: object) -> str:
    """A sentence in the language; KeyError if unknown."""
    return WORDS[key][language.startswith("en")].format(**values)


def sources(names: tuple[str, ...], language: str) -> str:
    """Where the data comes from."""
    known = [say(f"source.{name}" if f"source.{name}" in WORDS else "source.other", language) for name in names]
    told = list(dict.fromkeys(known)) or [say("source.other", language)]
    return say("source", language, names=("; " if language.startswith("en") else "；").join(told))
