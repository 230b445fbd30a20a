"""Which fields a Word template may use, and the check that it uses no others.

The fields are those of `DocumentContent`, by name, with the pictures that are drawn for Word; docs/word-templates.md
lists them all. A template may read a field, loop over a list, ask `if`, and use `join` and `length`: nothing else.
"""

import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from jinja2 import nodes

from diagnose.reports.document_data import HIDDEN
from diagnose.services.document_values import DocumentContent
from diagnose.texts import say

FILTERS = ("join", "length")
PLAIN = {str: "text", int: "number", bool: "flag", bytes: "picture"}
OPERATORS = (nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr, nodes.Concat, nodes.Add)
MARK = dict.fromkeys(("number", "address", "host", "day", "draft"), "text")
PICTURES = dict.fromkeys(("qr", "radar", "course", "gantt"), "picture")
LOOP = ("index", "first", "last", "length")


class TemplateRefused(ValueError):
    """A template that cannot be used; the message says in Chinese what is wrong with it."""


@dataclass(frozen=True)
class ListOf:
    """A list; a template loops over it."""

    of: "Node"


@dataclass(frozen=True)
class Record:
    """A value with fields."""

    fields: Mapping[str, "Node"]


Node = str | ListOf | Record


@cache
def offered() -> Record:
    """All that a template sees."""
    found = _record(DocumentContent)
    return Record({**found.fields, "mark": Record(MARK), **PICTURES})


def _record(kind: type) -> Record:
    hints = get_type_hints(kind)
    found = {one.name: _node(hints[one.name]) for one in fields(kind) if one.name not in HIDDEN}
    extra = {"radar": "picture"} if kind.__name__ == "Scheme" else {}
    return Record({name: node for name, node in found.items() if node} | extra)


def _node(hint: Any) -> Node | None:
    """None for what is not offered: moments, exact shares, raw facts."""
    if get_origin(hint) in (Union, types.UnionType):
        return _node(next(one for one in get_args(hint) if one is not type(None)))
    if get_origin(hint) is tuple:
        inner = _node(get_args(hint)[0])
        return ListOf(inner) if inner else None
    if get_origin(hint) is Literal:
        return "text"
    return _record(hint) if is_dataclass(hint) and isinstance(hint, type) else PLAIN.get(hint)


def paths(record: Record | None = None, before: str = "") -> Iterator[tuple[str, str]]:
    """Every field with its kind, lists as ``name[]``, in order."""
    for name, node in (record or offered()).fields.items():
        yield from _paths(node, before + name)


def _paths(node: Node, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, Record):
        yield from paths(node, f"{name}.")
    elif isinstance(node, ListOf):
        yield from _paths(node.of, f"{name}[]")
    else:
        yield name, node


Scope = Mapping[str, Node]


def check(tree: nodes.Template) -> None:
    """Raises TemplateRefused, naming it, for any field or construct that is not offered."""
    _body(tree.body, offered().fields)


def _body(body: list[nodes.Node], scope: Scope) -> None:
    for node in body:
        _statement(node, scope)


def _statement(node: nodes.Node, scope: Scope) -> None:
    match node:
        case nodes.Output():
            for each in node.nodes:
                if not isinstance(each, nodes.TemplateData):
                    _kind(each, scope)
        case nodes.If():
            _kind(node.test, scope)
            _body([*node.body, *node.elif_, *node.else_], scope)
        case nodes.For(target=nodes.Name(), test=None, recursive=False):
            _body(node.body, {**scope, **_looped(node, scope)})
            _body(node.else_, scope)
        case _:
            raise TemplateRefused(say("doc_template_construct", what=type(node).__name__.lower()))


def _looped(node: nodes.For, scope: Scope) -> dict[str, Node]:
    found = _kind(node.iter, scope)
    if not isinstance(found, ListOf):
        raise TemplateRefused(say("doc_template_not_list", field=_named(node.iter)))
    assert isinstance(node.target, nodes.Name)
    return {node.target.name: found.of, "loop": Record(dict.fromkeys(LOOP, "number"))}


def _kind(node: nodes.Node, scope: Scope) -> Node:
    """What an expression gives."""
    match node:
        case nodes.Const():
            return "text"
        case nodes.Name():
            if node.name in scope:
                return scope[node.name]
        case nodes.Getattr():
            inside = _kind(node.node, scope)
            if isinstance(inside, Record) and node.attr in inside.fields:
                return inside.fields[node.attr]
        case nodes.Filter(dyn_args=None, dyn_kwargs=None, kwargs=[]) if node.name in FILTERS and node.node is not None:
            _kind(node.node, scope)
            for argument in node.args:
                _kind(argument, scope)
            return "text"
        case _ if isinstance(node, OPERATORS):
            for each in node.iter_child_nodes():
                _kind(each, scope)
            return "text"
        case _:
            raise TemplateRefused(say("doc_template_construct", what=_named(node)))
    raise TemplateRefused(say("doc_template_field", field=_named(node)))


def _named(node: nodes.Node) -> str:
    """An expression as it was written, as far as a name goes."""
    match node:
        case nodes.Name():
            return node.name
        case nodes.Getattr():
            return f"{_named(node.node)}.{node.attr}"
        case nodes.Getitem():
            return f"{_named(node.node)}[…]"
        case nodes.Call():
            return f"{_named(node.node)}(…)"
        case nodes.Filter():
            return f"| {node.name}"
    return type(node).__name__.lower()


def example(kind: str) -> dict[str, Any]:
    """Something under every field, one element in every list: what a template is tried with."""
    found: dict[str, Any] = _example(offered())
    return found | {"kind": kind}


def _example(node: Node) -> Any:
    if isinstance(node, Record):
        return {name: _example(one) for name, one in node.fields.items()}
    if isinstance(node, ListOf):
        return [_example(node.of)]
    return {"number": 1, "flag": True, "picture": ""}.get(node, say("doc_example"))
