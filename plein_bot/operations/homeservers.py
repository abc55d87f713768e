"""Will the homeserver and the bot's account on it do?"""

from typing import Any

from plein_bot.actions.ports import HomeserverError
from plein_bot.config import Settings
from plein_bot.domain.plans import ROOM_VERSION
from plein_bot.matrix import cross_signing
from plein_bot.matrix.accounts import Account
from plein_bot.matrix.api import Api, path
from plein_bot.matrix.cross_signing import Trust
from plein_bot.operations.findings import Finding, Findings, good, warning, wrong

LIMITS = "/_synapse/admin/v1/users/{}/override_ratelimit"
FREE = {"messages_per_second": 0, "burst_count": 0}

_LIFT = (
    "Lift them with `plein doctor --fix` and homeserver.admin_token, or with an application "
    "service (docs/running.md, 3)."
)


async def examine(settings: Settings, api: Api, account: Account) -> Findings:
    yield await _room_version(api)
    yield await _encryption(settings, api, account)
    yield await limits(settings, api)
    yield await reports(settings, api)
    yield await _reserve(settings, api)
    yield await _retention(api)


async def _room_version(api: Api) -> Finding:
    answer = await api.call("GET", "v3/capabilities")
    known = answer["capabilities"].get("m.room_versions", {}).get("available", {})
    if ROOM_VERSION not in known:
        return wrong(
            f"The homeserver does not know room version {ROOM_VERSION}, in which nobody can lock "
            "the bot out. Upgrade it (Synapse from 1.136 on)."
        )
    return good(f"The homeserver makes rooms of version {ROOM_VERSION}.")


async def _encryption(settings: Settings, api: Api, account: Account) -> Finding:
    if account.device_id is None:
        return warning(
            "The token belongs to no device, so encrypted chats with the bot stay unread. Make a "
            "token by signing in (docs/running.md, 2)."
        )
    keys = settings.data.folder / "keys"
    trust = await cross_signing.trust(api, settings.homeserver.user_id, account.device_id, keys)
    match trust:
        case Trust.SIGNED:
            return good(f"The bot's device {account.device_id} is cross-signed.")
        case Trust.ABSENT:
            return good("The bot will cross-sign its device at the first start.")
        case Trust.UNSIGNED:
            return warning(
                f"The bot's device {account.device_id} is not cross-signed yet, so clients keep "
                "their keys from it. `plein run` signs it at its start."
            )
        case Trust.FOREIGN:
            return wrong(
                "The bot's account has cross-signing keys that are not in "
                f"{keys / cross_signing.FILE}. Put that file back from the backup, or give the bot "
                "a new account."
            )


async def limits(settings: Settings, api: Api) -> Finding:
    """Whether the homeserver slows the bot down; without a secret for it, nobody can tell."""
    bot, secrets = settings.homeserver.user_id, settings.homeserver
    if secrets.admin_token:
        token = secrets.admin_token.get_secret_value()
        try:
            found = await api.call("GET", path(LIMITS, bot), token=token)
        except HomeserverError as error:
            return wrong(
                f"homeserver.admin_token is not accepted ({error}). Give that of a homeserver "
                "admin, or leave it out."
            )
        if found == FREE:
            return good("The bot's rate limits are lifted.")
        return warning(f"The bot's rate limits are in force: a subsite takes minutes. {_LIFT}")
    if secrets.appservice_token:
        token = secrets.appservice_token.get_secret_value()
        try:
            await api.call("GET", "v3/account/whoami", query={"user_id": bot}, token=token)
        except HomeserverError as error:
            return wrong(
                f"homeserver.appservice_token may not speak for {bot} ({error}). Look at the "
                "registration, and restart the homeserver after changing it."
            )
        return good("The application service may speak for the bot; see `rate_limited: false`.")
    return warning(f"Whether rate limits are in force can only be asked by an admin. {_LIFT}")


async def reports(settings: Settings, api: Api) -> Finding:
    """Whether what people report with the button of their client comes to the staff."""
    token = settings.homeserver.admin_token
    if token is None:
        return warning(
            "Without homeserver.admin_token Plein does not see what people report with the button "
            "of their app. They can always type `report`."
        )
    query = {"limit": "1"}
    where = "/_synapse/admin/v1/event_reports"
    try:
        await api.call("GET", where, query=query, token=token.get_secret_value())
    except HomeserverError as error:
        return warning(f"The homeserver does not tell what people report with their app ({error}).")
    return good("What people report with the button of their app comes to the staff.")


async def _reserve(settings: Settings, api: Api) -> Finding:
    reserve = settings.homeserver.reserve_account
    try:
        await api.call("GET", path("v3/profile/{}", reserve))
    except HomeserverError as error:
        if error.status != 404:
            return warning(f"Whether {reserve} exists could not be asked: {error}.")
        return wrong(
            f"The reserve account {reserve} does not exist. Make it first: every room names it, "
            "and a room cannot be given another one later (docs/running.md, 2)."
        )
    return good(f"The reserve account {reserve} exists. Its password belongs in the safe.")


_YEAR = 365 * 24 * 3600 * 1000


async def _retention(api: Api) -> Finding:
    where = "unstable/org.matrix.msc1763/retention/configuration"
    try:
        found = await api.call("GET", where)
    except HomeserverError:
        return warning(
            "The homeserver does not tell how long it keeps messages. Plein keeps what it has "
            "read; see that `retention` in homeserver.yaml is not shorter than you promise."
        )
    longest = _longest(found)
    if longest is not None and longest < _YEAR:
        days = longest // (24 * 3600 * 1000)
        return warning(
            f"The homeserver forgets messages after {days} days. Plein keeps what it has read; "
            "clients show no more than the homeserver has."
        )
    return good("The homeserver keeps messages for a year or longer.")


def _longest(found: dict[str, Any]) -> int | None:
    policy = found.get("policies", {}).get("*", {})
    value = policy.get("max_lifetime")
    return value if isinstance(value, int) else None
