"""What the operator reads: short lines on standard output."""


def tell(line: str = "") -> None:
    print(line, flush=True)  # noqa: T201 - what an operator asked for is printed, not logged
