"""What this room refuses, and why."""

from __future__ import annotations

from backend.core.errors import BadRequest, Conflict, Forbidden, Unavailable


class NoTariff(Conflict):
    """The account has no tariff in force for this period."""

    code, zh = "no-tariff", "该账户在此账期没有生效的价格"


class NoReading(Conflict):
    """There is no new meter reading in this period."""

    code, zh = "no-reading", "此账期没有新的表计读数"


class AreaUnknown(Conflict):
    """The area of the home is not known, so it cannot be billed by area."""

    code, zh = "area-unknown", "房屋面积未知，无法按面积计费"


class PrepaidAccount(Conflict):
    """This is a prepaid account: it is topped up, not billed."""

    code, zh = "prepaid-account", "该账户为预付费账户，不出账单"


class AlreadyBilled(Conflict):
    """This period has a bill already."""

    code, zh = "already-billed", "该账期已出账单"


class BillNotOpen(Conflict):
    """One of these bills is not open: it is paid or void."""

    code, zh = "bill-not-open", "所选账单中有已支付或已作废的账单"


class BillInPayment(Conflict):
    """This bill has been paid or is being paid; it cannot be made void."""

    code, zh = "bill-in-payment", "该账单已支付或正在支付，不能作废"


class PaymentInProgress(Conflict):
    """One of these bills is being paid already."""

    code, zh = "payment-in-progress", "所选账单正在支付中"


class NotYourBill(Forbidden):
    """You may see this bill, but only its household can pay it."""

    code, zh = "not-your-bill", "您可以查看该账单，但只有该住户可以支付"


class NotYourPayment(Forbidden):
    """You may see this payment, but only its payer can cancel it."""

    code, zh = "not-your-payment", "您可以查看该支付，但只有付款人可以取消"


class IdTaken(Conflict):
    """This id is in use already."""

    code, zh = "id-taken", "该编号已被使用"


class NotActive(Conflict):
    """This payment has ended: there is nothing left to cancel."""

    code, zh = "payment-not-active", "该支付已结束，无法取消"


class NotSettled(Conflict):
    """This payment is not paid: there is neither a receipt nor anything to refund."""

    code, zh = "payment-not-settled", "该笔支付尚未成功，没有收据，也不能退款"


class RefundTooLarge(Conflict):
    """This is more than what is left to refund."""

    code, zh = "refund-too-large", "退款金额超过可退金额"


class PaymentsUnconfigured(Unavailable):
    """Payments are not set up on this server."""

    code, zh = "payments-unconfigured", "本服务尚未配置支付"


class ProviderUnreachable(Unavailable):
    """The payment provider does not answer now; nothing was charged, try again with the same key."""

    code, zh = "payment-provider-unreachable", "支付机构暂时无法连接，未扣款，请使用同一请求键重试"


class ProviderRefused(Unavailable):
    """The payment provider refused this way to pay; choose another."""

    code, zh = "payment-provider-refused", "支付机构拒绝了该支付方式，请更换"


class SignatureInvalid(BadRequest):
    """The signature of this event is not valid."""

    code, zh = "signature-invalid", "事件签名无效"


class AmountMismatch(Conflict):
    """The provider collected another amount or currency than was asked for."""

    code, zh = "payment-amount-mismatch", "支付机构收款的金额或币种与请求不符"


class MisboundIntent(Conflict):
    """The provider's payment belongs to another attempt."""

    code, zh = "payment-misbound", "支付机构的交易与本次支付不符"
