"""Texts of the first page."""

TEXTS = {
    "home.title": ("一刻 · 一刻钟社区服务圈", "Yike · the fifteen-minute circle"),
    "home.lead": (
        "出门走一刻钟，日子里要办的事都在；按一下按钮，总有人应。",
        "What daily life needs within a fifteen-minute walk, and someone who answers when you press the button.",
    ),
    "home.sub": (
        "一套开源的城区后端：居民查服务、交费、报修，老人一键呼救，物业与值班员实时接办。",
        "The open backend of a city district: residents find, pay and report; older people press a button and are answered; property desks see all that waits, live.",
    ),
    "home.try": ("进入演示", "Open the demo"),
    "home.try.side": ("值班台与手机并排看", "Desk and phone side by side"),
    "home.journeys": ("三件事，从头走到尾", "Three journeys, end to end"),
    "home.alarm": ("按一下，有人应", "A press is answered"),
    "home.alarm.text": (
        "按钮或手机呼救，值班台立刻响铃；无人应答就自动逐级上报，直到有人接手。",
        "A button or a phone raises the alarm, the desk rings at once; silence climbs the ladder until someone takes it.",
    ),
    "home.alarm.link": ("看一次呼救", "Follow an alarm"),
    "home.bill": ("账单看得懂，付得清", "A bill explains itself"),
    "home.bill.text": (
        "抄表、阶梯计价、逐行说明；银行卡、支付宝、微信三种方式，每一分都进总账。",
        "Reading, tiers, every line explained; card, Alipay or WeChat Pay; every fen reaches the ledger.",
    ),
    "home.bill.link": ("看看账单", "See the bills"),
    "home.ticket": ("报修有期限", "A repair has a clock"),
    "home.ticket.text": (
        "拍照上报，自动派到管这片的物业；有期限、有进度，修好由您验收。",
        "Report with a photo; it finds the company in charge, with a deadline and a timeline, and you verify the result.",
    ),
    "home.ticket.link": ("报一件事", "Report something"),
    "home.circle": ("先看看家门口", "First, what is around the corner"),
    "home.circle.text": (
        "按真实步行路网计算：{count} 处服务，有围墙、有大门、有天桥，不是在地图上画个圆。",
        "Walking times on the street network: {count} services, with walls, gates and footbridges, not a circle drawn on a map.",
    ),
    "home.circle.link": ("看服务圈", "See the circle"),
    "home.people": ("演示里的人", "The people of the demo"),
    "home.people.text": (
        "都是虚构的。点一下，就以这个人的身份进入。",
        "All invented. One click enters as that person.",
    ),
    "home.people.more": ("全部人物与工具", "All people and tools"),
    "home.build": ("给开发者", "For developers"),
    "home.build.api": ("接口文档（离线可用）", "API documentation (works offline)"),
    "home.build.openapi": ("OpenAPI 描述文件", "OpenAPI description"),
    "home.build.ready": ("运行状态", "Is it ready?"),
    "home.build.socket": ("实时连接：/ws/v1，Centrifuge 协议 v2", "Live link: /ws/v1, Centrifuge client protocol v2"),
    "home.not": ("哪些不是真的", "What is not real"),
    "home.not.pay": ("支付走本机沙箱，不动真钱。", "Payments go to a sandbox on this machine; no money moves."),
    "home.not.sms": (
        "没有接短信运营商，短信只进发件箱。",
        "No SMS provider is connected; messages only fill the outbox.",
    ),
    "home.not.cert": ("没有任何认证，不是政府系统。", "It holds no certification and is not a government system."),
    "home.not.120": ("永远不能代替 120、119、110。", "It never replaces 120, 119 or 110."),
}
