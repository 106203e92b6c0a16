"""A whole query string read by one model.

FastAPI's own ``Annotated[Model, Query()]`` inspects every field of the model at every request,
which costs as much as the rest of a hot list. The document shows the same parameters.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, get_origin

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def query_model(model: type[Model]) -> Callable[[Request], Awaitable[Model]]:
    """A dependency that reads the query string as ``model``; unknown names are its business."""
    lists = {name for name, field in model.model_fields.items() if _is_list(field.annotation)}

    async def read(request: Request) -> Model:
        query = request.query_params
        given = {name: query.getlist(name) if name in lists else query[name] for name in query}
        try:
            return model.model_validate(given)
        except ValidationError as error:
            faults = error.errors(include_url=False)
            raise RequestValidationError(
                [{**fault, "loc": ("query", *fault["loc"])} for fault in faults]
            ) from None

    return read


def query_parameters(model: type[BaseModel]) -> dict[str, Any]:
    """The ``openapi_extra`` that documents what ``query_model`` reads."""
    shown = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {
        "parameters": [
            {
                "name": name,
                "in": "query",
                "required": name in shown.get("required", ()),
                "schema": _inlined(schema, shown.get("$defs", {})),
                **({"description": schema["description"]} if "description" in schema else {}),
            }
            for name, schema in shown["properties"].items()
        ]
    }


def _is_list(annotation: Any) -> bool:
    return get_origin(annotation) is list


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    """The schema without references: parameters stand outside the document's components."""
    if isinstance(schema, dict):
        if "$ref" in schema:
            return definitions[schema["$ref"].rsplit("/", 1)[-1]]
        return {key: _inlined(value, definitions) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_inlined(value, definitions) for value in schema]
    return schema
