"""Texts of the page of doubtful numbers."""

TEXTS = {
    "reproof.title": ("请确认您是谁", "Please confirm who you are"),
    "reproof.lead": (
        "这个手机号很久没有登录过，号码可能已经换了主人。为保护原来的住户，请选择一项。紧急求助不受影响。",
        "This number has not logged in for a long time and may have a new owner. To protect the former one, please choose. Calling for help always works.",
    ),
    "reproof.new": ("这个号码是我新办的", "This number is new to me"),
    "reproof.new.lead": (
        "为您建立一个新账户；原来的账户和住址不会显示给您。",
        "We open a new account for you. You will see nothing of the former account or its home.",
    ),
    "reproof.new.button": ("我是新用户", "I am new here"),
    "reproof.desk": ("我一直是这个账户的主人", "This has always been my account"),
    "reproof.desk.lead": (
        "请带身份证件和这部手机，到社区服务台或物业前台，在那里重新登录一次，由工作人员当面确认；确认后即可使用。",
        "Bring your identity card and this phone to the community or property desk and log in there once more. Once the staff have confirmed you, everything works again.",
    ),
    "reproof.desk.button": ("已在服务台确认，继续", "The desk has confirmed me: go on"),
    "devices.title": ("登录设备", "Devices"),
    "devices.lead": (
        "您的账户在这些设备上登录着。不认识的，请退出。",
        "Your account is open on these devices. End those that you do not know.",
    ),
    "devices.this": ("本机", "this one"),
    "devices.seen": ("最近使用", "last seen"),
    "devices.end": ("退出", "End"),
    "devices.end.others": ("退出其他所有设备", "End all the others"),
    "devices.ended": ("已退出", "Ended"),
    "devices.phone": ("有人申请更换您的手机号", "Somebody asked to change your phone"),
    "devices.phone.text": (
        "社区服务台为您申请了新手机号，不拒绝就会生效：",
        "The service desk asked for a new phone for you. Unless you refuse, it takes effect:",
    ),
    "devices.phone.refuse": ("拒绝，保持原号", "Refuse: keep my phone"),
    "devices.phone.refused": ("已拒绝，手机号没有变化", "Refused: your phone is as before"),
    "reproof.done": ("新账户已建立", "Your new account is ready"),
}
