"""One line for an exception: its type, and the line of its message that says what is wrong."""

import re

_LONGEST = 400
_READ = 50_000  # characters; a message may hold a whole array

_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_ARGUMENTS = re.compile(r"^Arguments received by .*", re.MULTILINE | re.DOTALL)  # of the call, as Keras appends them

# A line of a stack, and the lines below it that are indented more deeply: its code.
_STACK = re.compile(r'^(?P<indent>[ \t]*)File ".*\n(?:(?P=indent)[ \t]+\S.*\n)*', re.MULTILINE)

# Lines that only say where it went wrong, or that something did.
_PREAMBLE = re.compile(
    r"Exception encountered when calling |Graph execution error:$|in user code:$|Detected at node |Stack trace for op "
    r"|Traceback \(most recent call last\):$|\d+ root error\(s\) found|Could not automatically infer the output shape"
    r"|\[\[\{\{node "
)

# TensorFlow's names for what the caller did not name.
_NODES = ((re.compile(r"'\{\{node ([^}]*)\}\} = .*?'"), r"\1"), (re.compile(r"\{\{function_node .*?\}\} "), ""))
_OPERATION = re.compile(r" \[Op:\w+\](?: name: *)?$")


def describe_error(error: BaseException) -> str:
    """Return an exception as one line, "ZeroDivisionError: division by zero", as `describe` does."""
    try:
        message = str(error)
    except Exception:  # a learner's own exception
        message = "(its message cannot be shown, because its __str__ raises an exception)"
    return describe(type(error).__name__, message)


def describe(kind: str, message: str) -> str:
    """Return the name of an exception's type and, of its message of any length, the line that says what is wrong.

    Keras and TensorFlow wrap that line in headings, the arguments of the call and the stack of the graph.
    """
    text = plain(message[:_READ])
    lines = _lines(_STACK.sub("", _ARGUMENTS.sub("", text) + "\n"))
    lines = [line for line in lines if not _PREAMBLE.match(line)] or _lines(text) or [""]
    line = " ".join(lines[:2]) if lines[0].endswith(":") else lines[0]
    for pattern, replacement in _NODES:
        line = pattern.sub(replacement, line)
    line = _OPERATION.sub("", line).removeprefix(f"{kind}: ")
    line = f"{line[:_LONGEST]}…" if len(line) > _LONGEST else line
    return f"{kind}: {line}" if line else kind


def plain(text: str) -> str:
    """Return a text without the escape sequences of a terminal, its other control characters spelled out."""
    return _CONTROL.sub(lambda found: f"\\x{ord(found[0]):02x}", _ESCAPES.sub("", text))


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]
