"""What the emergency room refuses. An alarm itself is never refused for who raises it."""

from backend.core.errors import Conflict, Unauthenticated


class AlreadyAcknowledged(Conflict):
    """Somebody else has taken this incident."""

    code, zh = "already-acknowledged", "该事件已由他人接手"


class NotTheOwner(Conflict):
    """Only the dispatcher who took this incident may do this; take it over first."""

    code, zh = "not-the-owner", "只有接手该事件的值班员可以执行此操作，请先接手"


class WrongStep(Conflict):
    """This step is not possible now."""

    code, zh = "wrong-step", "当前不能执行此操作"


class IdTaken(Conflict):
    """This id belongs to somebody else's alarm."""

    code, zh = "id-taken", "该编号已被他人使用"


class SignatureInvalid(Unauthenticated):
    """The signature of this device message does not hold; the message was kept and the desk told."""

    code, zh = "signature-invalid", "设备签名无效；原始数据已保存并已通知值班台"


class TwoDeviceKeys(Conflict):
    """This device has two live keys already; it changes over first, or one of them is ended."""

    code, zh = "two-keys-live", "该设备已有两个有效密钥，请等待设备切换或先停用其中一个"


class DoesNotEncrypt(Conflict):
    """Only DC-09 devices have an AES key."""

    code, zh = "does-not-encrypt", "只有 DC-09 设备使用 AES 密钥"
