from dataclasses import fields
from decimal import Decimal
from typing import Any, Literal

from pydantic import Field

from server.settings.section import SettingsSection
from services.quotas.quotas import Quota, Quotas


def limit_field(what: str, default: int | None = None) -> Any:
    return Field(default=default, gt=0, description=f"Maximum {what}; empty for no limit.")


class QuotaSettings(SettingsSection):
    """One setting for each field of `Quota`, for users and for accounts."""

    user_requests_per_minute: int | None = limit_field("requests per user per minute", 600)
    user_answers_per_minute: int | None = limit_field("answers per user per minute", 30)
    user_tokens_per_day: int | None = limit_field("tokens per user per day (UTC)")
    user_tokens_per_month: int | None = limit_field("tokens per user per month (UTC)")
    user_cost_per_day: Decimal | None = limit_field("cost in US dollars per user per day (UTC)")
    user_cost_per_month: Decimal | None = limit_field("cost in US dollars per user per month (UTC)")
    account_requests_per_minute: int | None = limit_field("requests per account per minute", 12000)
    account_answers_per_minute: int | None = limit_field("answers per account per minute", 600)
    account_tokens_per_day: int | None = limit_field("tokens per account per day (UTC)")
    account_tokens_per_month: int | None = limit_field("tokens per account per month (UTC)")
    account_cost_per_day: Decimal | None = limit_field(
        "cost in US dollars per account per day (UTC)"
    )
    account_cost_per_month: Decimal | None = limit_field(
        "cost in US dollars per account per month (UTC)"
    )

    @property
    def quotas(self) -> Quotas:
        return Quotas(user=self._quota("user"), account=self._quota("account"))

    def _quota(self, subject: Literal["user", "account"]) -> Quota:
        names = (each.name for each in fields(Quota))
        return Quota(**{name: getattr(self, f"{subject}_{name}") for name in names})
