"""A target's parameters, read from its source text so that nothing heavy is imported."""

import ast
import inspect
import math
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import Any, NamedTuple, TypeVar, final

from seqtasks.spec.parameter import REQUIRED, Names, Parameter, Range, Signature, Type
from seqtasks.spec.source import (
    Definition,
    MissingAttributeError,
    MissingModuleError,
    Module,
    UndecidedError,
    docstring_arguments,
    docstring_summary,
    find,
    lookup,
)

Function = ast.FunctionDef | ast.AsyncFunctionDef
Inherited = TypeVar("Inherited")


def read(target: str) -> Signature:
    """The parameters of ``"package.module:attribute"``; the target is imported only if its source text is not enough.

    Raises:
        ImportError: If the target has to be loaded and its module cannot be imported.
        AttributeError: If the target has to be loaded and its module has no such attribute.

    Example:
        >>> [(p.name, p.type, p.default) for p in read("keras.optimizers:SGD").parameters][:2]
        [('learning_rate', 'float', 0.01), ('momentum', 'float', 0.0)]
    """
    try:
        return _from_source(find(target))
    except (MissingModuleError, MissingAttributeError, UndecidedError, RecursionError):  # bases can lead in a circle
        return _from_object(target)


def _from_source(definition: Definition) -> Signature:
    node, module = definition.node, definition.module
    doc = (ast.get_docstring(node) if isinstance(node, ast.ClassDef | ast.FunctionDef) else None) or ""
    if isinstance(node, ast.ClassDef):
        parameters = _documented(_class_parameters(node, module) or [], *_docs(node, module))
    elif isinstance(node, ast.FunctionDef):
        parameters = _documented(_function_parameters(node, module, skip=0), doc)
    else:
        raise UndecidedError("computed")
    return Signature(parameters, docstring_summary(doc), doc)


def _documented(parameters: list[Parameter], *docs: str) -> tuple[Parameter, ...]:
    docs_by_name: dict[str, str] = {}
    for doc in docs:
        docs_by_name |= docstring_arguments(doc)
    return tuple(replace(p, doc=docs_by_name.get(p.name, "")) for p in parameters)


def _docs(node: ast.ClassDef, module: Module) -> Iterator[str]:
    """The docstrings that may describe the constructor's parameters; later ones take precedence."""
    for base in reversed(node.bases):
        try:
            inherited = _base(base, node, module)
        except LookupError:
            continue
        if inherited is not None:
            yield from _docs(*inherited)
    yield ast.get_docstring(node) or ""
    init = _constructor(node)
    if init is not None:
        yield ast.get_docstring(init) or ""


def _constructor(node: ast.ClassDef) -> ast.FunctionDef | None:
    return next((s for s in node.body if isinstance(s, ast.FunctionDef) and s.name == "__init__"), None)


def _class_parameters(node: ast.ClassDef, module: Module) -> list[Parameter] | None:
    """None if neither the class nor a base has a constructor."""
    init = _constructor(node)
    if init is not None:
        return _function_parameters(init, module, skip=1)
    options = _dataclass_options(node)
    if options is not None and _flag(options, "init", True, module):
        fields = sorted(_fields(node, module).values(), key=lambda field: field.keyword_only)
        return [field.parameter for field in fields if field.parameter is not None]
    found = [_class_parameters(*base) for base in _bases(node, module)]
    return _only([parameters for parameters in found if parameters is not None])


def _bases(node: ast.ClassDef, module: Module) -> list[tuple[ast.ClassDef, Module]]:
    found = [_base(base, node, module) for base in node.bases]
    return [base for base in found if base is not None]


def _only(inherited: list[Inherited]) -> Inherited | None:
    if len(inherited) > 1:
        raise UndecidedError("several bases with settings: their order is only known after an import")
    return inherited[0] if inherited else None


_Options = dict[str | None, ast.expr]


def _dataclass_options(node: ast.ClassDef) -> _Options | None:
    """The arguments of ``@dataclass(...)``; None if the class is not a dataclass."""
    for decorator in node.decorator_list:
        match decorator:
            case ast.Call(func=func, keywords=keywords) if _last_name(func) == "dataclass":
                return {k.arg: k.value for k in keywords}
            case _ if _last_name(decorator) == "dataclass":
                return {}
    return None


def _flag(options: _Options, name: str, otherwise: bool, module: Module) -> bool:
    return bool(_literal(options[name], module)) if name in options else otherwise


def _base(base: ast.expr, heir: ast.ClassDef, module: Module) -> tuple[ast.ClassDef, Module] | None:
    if _last_name(base) in ("object", "ABC", "Generic", "Protocol"):
        return None
    if isinstance(base, ast.Subscript):
        return _base(base.value, heir, module)
    if not isinstance(base, ast.Name):
        raise UndecidedError("a base class that is not a plain name")
    found = lookup(module, base.id, before=heir.lineno)
    if not isinstance(found.node, ast.ClassDef):
        raise UndecidedError("a computed base class")
    return found.node, found.module


@final
class _Field(NamedTuple):
    """A field of a dataclass; its parameter is None if the constructor does not take it."""

    parameter: Parameter | None
    keyword_only: bool = False


def _fields(node: ast.ClassDef, module: Module) -> dict[str, _Field]:
    """The fields of the bases, then the class's own; a redefined field keeps its position."""
    found = [_fields(*base) for base in _bases(node, module)]
    fields = _only([inherited for inherited in found if inherited]) or {}
    options = _dataclass_options(node)
    if options is None:
        return fields
    keyword_only = _flag(options, "kw_only", False, module)
    for statement in node.body:
        match statement:
            case ast.AnnAssign(annotation=annotation) if _last_name(_unquoted(annotation)) == "KW_ONLY":
                keyword_only = True
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                fields[name] = _field(name, annotation, value, module, keyword_only)
    return fields


def _field(name: str, annotation: ast.expr, value: ast.expr | None, module: Module, keyword_only: bool) -> _Field:
    bare = _unquoted(annotation)
    if _last_name(bare.value if isinstance(bare, ast.Subscript) else bare) == "ClassVar":
        return _Field(None)
    default: Any = REQUIRED
    if isinstance(value, ast.Call) and _last_name(value.func) == "field":
        options: _Options = {k.arg: k.value for k in value.keywords}
        if not _flag(options, "init", True, module):
            return _Field(None)
        keyword_only = _flag(options, "kw_only", keyword_only, module)
        if "default_factory" in options:
            if _last_name(options["default_factory"]) not in ("tuple", "list"):
                raise UndecidedError("a default factory")
            default = ()
        value = options.get("default")
    if value is not None:
        default = _literal(value, module)
    return _Field(_parameter(name, annotation, default, module), keyword_only)


def _function_parameters(node: Function, module: Module, skip: int) -> list[Parameter]:
    names = [*node.args.posonlyargs, *node.args.args][skip:]
    missing = len(names) - len(node.args.defaults)
    defaults: list[ast.expr | None] = [None] * max(missing, 0) + list(node.args.defaults)[max(-missing, 0) :]
    pairs = [*zip(names, defaults, strict=True), *zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)]
    found = [_parameter(a.arg, a.annotation, REQUIRED if d is None else _literal(d, module), module) for a, d in pairs]
    return [parameter for parameter in found if parameter is not None]


def _parameter(name: str, annotation: ast.expr | None, default: Any, module: Module | None) -> Parameter | None:
    """None for a parameter that no text can set, because its default is not a number, a text or a list of them."""
    if isinstance(default, list):
        default = tuple(default)
    if not _plain(default):
        return None
    bare = Parameter(name) if annotation is None else _annotated(annotation, Parameter(name), module)
    if annotation is None and default is not None and default is not REQUIRED:
        bare = _typed_by_default(bare, default)
    return replace(bare, default=default, optional=bare.optional or default is None)


def _plain(value: Any) -> bool:
    if isinstance(value, tuple):
        return all(_plain(item) for item in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or value is REQUIRED or isinstance(value, bool | int | str)


def _typed_by_default(parameter: Parameter, default: Any) -> Parameter:
    many = isinstance(default, tuple)
    kinds = {type(item).__name__ for item in default} if many else {type(default).__name__}
    kind = kinds.pop() if len(kinds) == 1 else "any"
    known: dict[str, Type] = {"int": "int", "float": "float", "bool": "bool", "str": "str"}
    return replace(parameter, type=known.get(kind, "any"), many=many)


def _annotated(node: ast.expr, bare: Parameter, module: Module | None) -> Parameter:
    """``bare`` with the type, range and choices of the annotation."""
    match node:
        case ast.Constant(value=None):
            return replace(bare, optional=True)
        case ast.Constant(value=str()):
            return _annotated(_unquoted(node), bare, module)
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union([left, right], bare, module)
        case ast.Subscript(value=outer, slice=inner):
            return _subscript(_last_name(outer), inner, bare, module)
        case _:
            return _named(_last_name(node), bare, module)


def _unquoted(annotation: ast.expr) -> ast.expr:
    match annotation:
        case ast.Constant(value=str(text)):
            return ast.parse(text, mode="eval").body
        case _:
            return annotation


def _named(name: str, bare: Parameter, module: Module | None) -> Parameter:
    """``bare`` with a plain type, or with the type behind a module's own name for one."""
    known: dict[str, Type] = {t: t for t in ("int", "float", "bool", "str")} | {"Path": "str", "PathLike": "str"}
    if name in known:
        return replace(bare, type=known[name])
    if module is None or name in ("Any", "object"):
        return bare
    try:
        found = lookup(module, name)
    except LookupError:
        return bare
    return _annotated(found.node, bare, found.module) if isinstance(found.node, ast.expr) else bare


def _subscript(outer: str, inner: ast.expr, bare: Parameter, module: Module | None) -> Parameter:
    items = inner.elts if isinstance(inner, ast.Tuple) else [inner]
    match outer:
        case "Annotated":
            marked = _annotated(items[0], bare, module)
            for mark in items[1:]:
                marked = _marked(mark, marked, module)
            return marked
        case "Literal":
            values = [_literal(item, module) for item in items]
            texts = tuple(v for v in values if isinstance(v, str))
            return replace(bare, type="str", choices=texts, optional=bare.optional or None in values)
        case "Optional":
            return replace(_annotated(items[0], bare, module), optional=True)
        case "Union":
            return _union(items, bare, module)
        case "list" | "List" | "tuple" | "Tuple" | "Sequence" | "Collection" | "Iterable" | "frozenset" | "set":
            return replace(_annotated(items[0], bare, module), many=True)
        case _:
            return bare


def _union(items: list[ast.expr], bare: Parameter, module: Module | None) -> Parameter:
    read = [_annotated(item, bare, module) for item in items if not _is_none(item)]
    optional = len(read) < len(items) or any(p.optional for p in read)
    kinds = {p.type for p in read}
    if kinds == {"int", "float"}:
        return replace(bare, type="float", optional=optional)
    return replace(read[0], optional=optional) if len(read) == 1 else replace(bare, optional=optional)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _marked(mark: ast.expr, bare: Parameter, module: Module | None) -> Parameter:
    match mark:
        case ast.Call(func=func, args=args, keywords=keywords) if _last_name(func) in ("Range", "Names"):
            values = [_literal(arg, module) for arg in args]
            named = {k.arg: _literal(k.value, module) for k in keywords if k.arg is not None}
            if _last_name(func) == "Range":
                return replace(bare, range=Range(*values, **named))
            return replace(bare, type="str", shelf=Names(*values, **named).shelf)
        case _:
            return bare


def _literal(node: ast.expr, module: Module | None) -> Any:
    """The value of a literal, or of a module-level constant."""
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        pass
    if isinstance(node, ast.Name) and module is not None:
        try:
            found = lookup(module, node.id)
        except LookupError as error:
            raise UndecidedError(str(error)) from error
        if isinstance(found.node, ast.expr) and not isinstance(found.node, ast.Name):
            return _literal(found.node, found.module)
    raise UndecidedError("a computed value")


def _last_name(node: ast.AST) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case _:
            return ""


def _from_object(target: str) -> Signature:
    module, _, attribute = target.partition(":")
    thing = getattr(import_module(module), attribute)
    doc = inspect.getdoc(thing) or ""
    try:
        described = inspect.signature(thing).parameters.values()
    except (ValueError, TypeError):
        return Signature((), docstring_summary(doc), doc)
    variadic = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    found = [_from_inspected(p) for p in described if p.kind not in variadic]
    lineage = reversed(inspect.getmro(thing)) if isinstance(thing, type) else (thing,)
    docs = [inspect.getdoc(each) or "" for each in lineage]
    return Signature(_documented([p for p in found if p is not None], *docs), docstring_summary(doc), doc)


def _from_inspected(parameter: inspect.Parameter) -> Parameter | None:
    default = REQUIRED if parameter.default is parameter.empty else parameter.default
    annotation = None
    if parameter.annotation is not parameter.empty:
        try:
            annotation = ast.parse(inspect.formatannotation(parameter.annotation), mode="eval").body
        except SyntaxError:
            annotation = None
    return _parameter(parameter.name, annotation, default, None)
