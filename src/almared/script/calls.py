"""Actions of a step as lines of code."""

from __future__ import annotations

from almared.plan import Action, Argument, Call
from almared.script.comments import comment_lines
from almared.script.literals import INDENT, WIDTH, inline_value, render_text, render_value


def render_action(action: Action, *, indent: int) -> list[str]:
    """Return the lines of one action, its comment and the reasons of its arguments above what they are about."""
    lines = comment_lines(action.comment, indent=indent)
    if isinstance(action, Call):
        return lines + _call(action, indent)
    return lines + _expression(action.name, action.arguments, indent=indent)


def _call(call: Call, indent: int) -> list[str]:
    name = f"{call.result} = {call.task}" if call.result else call.task
    if not call.log_to:
        return _expression(name, call.arguments, indent=indent)
    head = " " * indent + f"with log_copied_to({render_text(call.log_to)}):"
    return [head, *_expression(name, call.arguments, indent=indent + len(INDENT))]


def _expression(name: str, arguments: tuple[Argument, ...], *, indent: int) -> list[str]:
    pad = " " * indent
    short = pad + f"{name}({', '.join(_inline(a) for a in arguments)})"
    if not any(a.reason for a in arguments) and len(short) <= WIDTH and len(arguments) <= 3:
        return [short]
    inner: list[str] = []
    for argument in arguments:
        inner += comment_lines(argument.reason, indent=indent + len(INDENT))
        inner += _argument(argument, indent + len(INDENT)).split("\n")
    return [f"{pad}{name}(", *inner, f"{pad})"]


def _inline(argument: Argument) -> str:
    value = argument.variable or inline_value(argument.value)
    return f"{argument.name}={value}" if argument.name else value


def _argument(argument: Argument, indent: int) -> str:
    head = f"{argument.name}=" if argument.name else ""
    value = argument.variable or render_value(argument.value, indent=indent, used=len(head) + 1)
    return " " * indent + head + value + ","
