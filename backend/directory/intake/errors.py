"""Refusals of this room."""

from backend.core.errors import Conflict, Forbidden


class AlreadyDecided(Conflict):
    """This has been decided already."""

    code, zh = "already-decided", "此项已处理"


class OwnMatter(Forbidden):
    """Nobody decides about what they asked for themselves, or about their own organization."""

    code, zh = "own-matter", "不能审核自己提交的内容或自己单位的事项"


class AlreadyAsked(Conflict):
    """You have asked for this already; it is being looked at."""

    code, zh = "already-asked", "您已提交过，正在审核"


class AlreadyMember(Conflict):
    """You act for this organization already."""

    code, zh = "already-member", "您已是该单位的成员"


class ProposalWaits(Conflict):
    """A change of this service is being looked at; withdraw it or wait."""

    code, zh = "proposal-waits", "该服务已有一项修改在审核中，请撤回或等待"


class ProposalStale(Conflict):
    """The service was changed since; ask for the change again."""

    code, zh = "proposal-stale", "服务信息此后已有变动，请重新提交修改"


class NotMembers(Forbidden):
    """You do not act for the organization of this service."""

    code, zh = "not-members", "您不是该服务所属单位的成员"


class PictureTaken(Conflict):
    """A picture is unknown, or was sent with something else."""

    code, zh = "picture-taken", "图片不存在或已用于其他提交"
