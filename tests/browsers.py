"""A real browser without a window, as long as the tests that want one run: Debian's Chromium."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Any

from playwright.async_api import Browser, Page, async_playwright

AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")


def missing() -> str | None:
    """Why there is no browser here; None where there is one."""
    return None if shutil.which("chromium") else "Chromium is not installed (no chromium)"


@asynccontextmanager
async def running() -> AsyncIterator[Browser]:
    program = shutil.which("chromium")
    assert program, missing()
    # Its sandbox does not work for root.
    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=arguments)
        try:
            yield browser
        finally:
            await browser.close()


async def violations(page: Page) -> list[str]:
    """What axe-core has against a page, best practices included."""
    await page.evaluate(AXE)
    results: dict[str, Any] = await page.evaluate("axe.run({resultTypes: ['violations']})")
    return [
        f"{one['id']}: {one['help']}: {[node['html'][:200] for node in one['nodes'][:3]]}"
        for one in results["violations"]
    ]
