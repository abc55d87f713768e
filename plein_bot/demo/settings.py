"""The settings of the Plein in a demo, and of its homeserver."""

import os
from pathlib import Path
from typing import Any

import yaml

from plein_bot import config
from plein_bot.demo import square
from plein_bot.demo.accounts import BOT, RESERVE, Keyring
from plein_bot.demo.folders import Folder, write
from plein_bot.demo.mailboxes import Mailbox
from plein_bot.demo.postbag import Postbag
from plein_bot.homeserver import settings as homeserver


def of_homeserver(folder: Folder, port: int, *registrations: Path) -> homeserver.Settings:
    return homeserver.Settings(
        folder.homeserver.resolve(),
        port,
        limits=False,
        bot=BOT,
        # Passwords of a dozen invented people: hashing them well would take longer than the rest.
        extra={
            "bcrypt_rounds": 8,
            "app_service_config_files": [str(path) for path in registrations],
        },
    )


def of_plein(
    folder: Folder,
    url: str,
    web_port: int,
    keys: Keyring,
    admin_token: str,
    mailbox: Mailbox,
    bag: Postbag,
) -> config.Settings:
    """Written as config.yaml too, so that `plein status --config plein-demo/config.yaml` works."""
    _forget_other_square()
    bot = keys.accounts[BOT]
    operators = [keys.accounts[one.login].user_id for one in square.PEOPLE if one.operator]
    path = folder.path.resolve()
    document: dict[str, Any] = {
        "homeserver": {
            "url": url,
            "user_id": bot.user_id,
            "access_token": bot.access_token,
            "device_id": bot.device_id,
            "reserve_account": keys.accounts[RESERVE].user_id,
            "admin_token": admin_token,
            "accounts": True,
        },
        "plein": {"operators": operators},
        "database": {"url": f"sqlite+aiosqlite:///{path / folder.database.name}"},
        "web": {"port": web_port},
        "mail": {
            "host": mailbox.host,
            "port": mailbox.port,
            "security": "none",
            "sender": "plein@plein.example",
        },
        "email": {"url": bag.url, "secret": bag.api_secret},
        "data": {"folder": str(path)},
        "log": {"level": "warning"},
    }
    write(folder.config, yaml.safe_dump(document, allow_unicode=True, sort_keys=False))
    return config.load(folder.config)


def _forget_other_square() -> None:
    """Whoever runs a real Plein here may have given its secrets to this shell: not for a demo."""
    for name in [name for name in os.environ if name.upper().startswith(config.PREFIX)]:
        del os.environ[name]
