"""The child: give up what is not needed, read the request, do the job, answer, end."""

import json
import pkgutil
import sys
from typing import Any, BinaryIO

from plein_bot.documents.answers import Answer, Reason
from plein_bot.documents.jobs import Unreadable
from plein_bot.documents.limits import Limits, confine


def main(requests: BinaryIO, answers: BinaryIO) -> None:
    request = json.loads(requests.readline())
    limits = Limits(**request["limits"])
    confine(limits, request["parent"])
    try:
        job = pkgutil.resolve_name(request["job"])
        answer = job(requests.read(), request["options"], limits)
    except Unreadable as failure:
        _tell(answers, {"failed": failure.reason})
    except MemoryError:
        _tell(answers, {"failed": Reason.TOO_LARGE})
    else:
        _tell(answers, _told(answer), *(file.data for file in answer.files))


def _told(answer: Answer) -> dict[str, Any]:
    files = [
        {"name": file.name, "mime": file.mime, "size": len(file.data)} for file in answer.files
    ]
    return {"facts": dict(answer.facts), "files": files}


def _tell(answers: BinaryIO, facts: dict[str, Any], *files: bytes) -> None:
    answers.write(json.dumps(facts).encode() + b"\n")
    for data in files:
        answers.write(data)
    answers.flush()


if __name__ == "__main__":
    main(sys.stdin.buffer, sys.stdout.buffer)
