"""Why a themed circle cannot be kept or published."""

from __future__ import annotations

from backend.core.errors import Conflict, FieldError, Invalid


class CircleUnready(Conflict):
    """A circle needs a text and at least two places that are in service before it is published."""

    code, zh = "circle-unready", "发布前须填写介绍，并至少选择两处在用的地点"


class CircleStepWrong(Conflict):
    """A circle goes from draft to published to withdrawn, and from withdrawn back to published."""

    code, zh = "circle-wrong-step", "该圈当前状态不允许此操作"


class StopUnknown(Invalid):
    """One of the places is not in the directory, or is named twice."""

    code, zh = "stop-unknown", "所选地点不存在或重复"

    def __init__(self, number: int) -> None:
        pointer = f"/stops/{number}/service_at_location_id"
        super().__init__(FieldError(pointer, self.code, "not a place of the directory, or named twice", self.zh))
