"""Operations: each says once which parameters it takes; all others are refused before it begins."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request

from hazardmap.api.limits import LimitedView
from hazardmap.api.parameters import Parameter, described, read

F = TypeVar("F", bound=Callable[..., Any])


def takes(*parameters: Parameter) -> Callable[[F], F]:
    """Decorates a method of an OperationView, which finds their values in `self.values`."""

    def decorate(method: F) -> F:
        method.parameters = parameters  # type: ignore[attr-defined]  # a function may hold any
        return method

    return decorate


def operation(
    id_: str,
    parameters: Sequence[Parameter] = (),
    *,
    headers: Sequence[OpenApiParameter] = (),
    **told: Any,
) -> Callable[[F], F]:
    """The same, and in the OpenAPI document. headers: of answers. told: as extend_schema has it."""
    schema = extend_schema(operation_id=id_, parameters=[*described(parameters), *headers], **told)
    return lambda method: schema(takes(*parameters)(method))


class OperationView(LimitedView):
    """values: of the parameters of the method that was asked for, by their names."""

    values: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        method = getattr(self, str(request.method).lower(), None)
        if (parameters := getattr(method, "parameters", None)) is not None:
            self.values = read(request.query_params, parameters)
