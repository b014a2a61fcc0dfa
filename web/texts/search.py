"""Words of the resident's search: suggestions, what is nearly so, what lies beyond."""

TEXTS = {
    "search.suggested": ("猜您要找", "Did you mean"),
    "search.kind": ("类别", "Kind"),
    "search.event": ("人生事项，清单", "A life event, with a checklist"),
    "search.wheelchair": ("坐轮椅走", "By wheelchair"),
    "search.accessible": ("无障碍的", "Step-free places"),
    "search.certified": ("已认证的", "Certified"),
    "search.members": ("细分类别", "Narrower kinds"),
    "search.similar": ("没有叫“{q}”的，下面是相近的。", "Nothing here is called “{q}”. These come near it."),
    "search.beyond": ("{n} 分钟内没有。再远一些，最近的是：", "Not within {n} minutes. The nearest, farther away:"),
    "search.beyond.so": ("叫“{q}”的在更远处：", "Called “{q}”, but farther away:"),
    "search.guess": ("估算", "an estimate"),
}
