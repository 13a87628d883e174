"""Small JSON bodies, checked by a serializer: every broken rule is named."""

from datetime import datetime
from typing import Any, TypeVar

from rest_framework import serializers
from rest_framework.request import Request

from hazardmap.api.body import MAX_JSON_BYTES, json_of
from hazardmap.api.parameters import moment
from hazardmap.api.problems import Invalid
from hazardmap.core.seeing.georeference import Fault, member


class Text(serializers.CharField):
    """A text, and not a number that could be written as one."""

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


class Truth(serializers.BooleanField):
    """true or false, and not what could be taken for one of them."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Number(serializers.FloatField):
    """A number, and not a text that reads as one."""

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return float(super().to_internal_value(data))


class Whole(serializers.IntegerField):
    """A whole number, and not a text that reads as one."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return int(super().to_internal_value(data))


class Moment(serializers.DateTimeField):
    """A time with its zone: without one nobody knows which it is."""

    def to_internal_value(self, value: Any) -> datetime:
        try:
            return moment(str(value))
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from error


F = TypeVar("F", bound="serializers.Serializer[Any]")


def form_of(
    request: Request, form: type[F], limit_bytes: int = MAX_JSON_BYTES, *, partial: bool = False
) -> dict[str, Any]:
    """What was sent, as the serializer reads it. Raises Invalid, also of what it does not know.

    partial: nothing is needed, and what is left out is left out.
    """
    sent = json_of(request, limit_bytes)
    if not isinstance(sent, dict):
        raise Invalid([Fault("", "must be a JSON object")])
    filled = form(data=sent, partial=partial)
    unknown = sorted(map(str, sent.keys() - filled.fields.keys()))
    known = ", ".join(sorted(filled.fields))
    faults = [Fault(member(name), f"unknown; known are {known}") for name in unknown]
    if not filled.is_valid():
        faults += [Fault(name, _first(texts)) for name, texts in filled.errors.items()]
    if faults:
        raise Invalid(faults)
    return dict(filled.validated_data)


def _first(texts: Any) -> str:
    """Of the errors of one field, whose parts may have errors of their own."""
    while isinstance(texts, dict | list) and texts:
        texts = next(iter(texts.values())) if isinstance(texts, dict) else texts[0]
    return str(texts)
