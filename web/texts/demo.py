"""Texts of the demo."""

TEXTS = {
    "demo.title": ("演示", "Demo"),
    "demo.lead": (
        "这里的人、地址、账单都是虚构的。点一个人，就以他的身份进入。",
        "The people, addresses and bills are invented. Choose a person to enter as them.",
    ),
    "demo.enter": ("进入", "Enter"),
    "demo.enter.as": ("以{name}进入", "Enter as {name}"),
    "demo.staff": ("工作人员登录", "The staff login"),
    "demo.staff.text": (
        "仅演示：工号为 demo. 加角色，如 demo.dispatcher、demo.manager、demo.admin；登录后设置第二步验证（通行密钥请用 localhost 打开）。密码：",
        (
            "Demo only: the staff names are demo. and a role, such as demo.dispatcher, demo.manager, demo.admin; "
            "then set up a second step (for passkeys open the site as localhost). Password:"
        ),
    ),
    "demo.people": ("人物", "People"),
    "demo.press": ("按{name}的按钮", "Press {name}'s button"),
    "demo.press.text": ("她的设备发出一条真实签名的 HTTP 请求。", "Her device sends a real, signed HTTP request."),
    "demo.pressed": ("{name}按下了按钮。", "{name} pressed the button."),
    "demo.silence": ("让{name}离开值班台", "Silence {name}"),
    "demo.silence.text": (
        "她不再应答：值班结束、页面断开，警情会自动上报给下一位。",
        "She stops answering: duty ends, her page closes, and the alarm climbs to the next.",
    ),
    "demo.silenced": ("{name}已离开值班台。", "{name} has left the desk."),
    "demo.stage": ("值班台与手机并排", "The desk beside a phone"),
    "demo.stage.text": (
        "左边是值班员，右边是老人的手机，两个人、同一个浏览器。",
        "A dispatcher on the left, an elder's phone on the right: two people in one browser.",
    ),
    "demo.stage.open": ("开始", "Set the stage"),
    "demo.stage.again": ("重新开始", "Start again"),
    "demo.stage.desk": ("值班台：{name}", "The desk: {name}"),
    "demo.stage.phone": ("手机：{name}", "The phone: {name}"),
    "demo.outbox": ("发件箱", "Outbox"),
    "demo.outbox.text": (
        "本应发出的短信与推送，新的在前。没有接任何运营商。",
        "SMS and pushes that would have gone out, newest first. No provider is connected.",
    ),
    "demo.outbox.none": ("还没有消息。", "Nothing yet."),
    "demo.code": ("验证码", "Code"),
    "demo.json": ("给程序用的 JSON", "JSON for programs"),
    "demo.nobutton": ("演示数据里没有佩戴按钮的人。", "Nobody in the demo wears a button."),
}
