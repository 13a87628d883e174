"""Upload of frames and what became of them."""

import json
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import Throttled
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hazardmap.accounts.services import PairingRefused, device_pair
from hazardmap.api.authentication import DeviceToken, contributor_of
from hazardmap.api.problems import Invalid, TooLarge
from hazardmap.capture.selectors import FrameInfo, frame_info
from hazardmap.capture.services import FrameRefused, frame_accept
from hazardmap.capture.services.frame_accept import MAX_BYTES
from hazardmap.core.georeference import Fault
from hazardmap.inference.services import detect_hint
from hazardmap.platform.client_address import client_address
from hazardmap.platform.rate_limit import allow

# Everything of the request that is not the picture: boundaries, headers, metadata.
ENVELOPE_BYTES = 100_000
MAX_METADATA_BYTES = 10_000


class FrameUpload(serializers.Serializer[Any]):
    image = serializers.FileField(help_text="JPEG, PNG or WebP, at most 20 MB and 50 megapixels")
    metadata = serializers.CharField(
        required=False,
        help_text="JSON object: lon, lat, captured_at, heading_deg, speed_mps, accuracy_m, "
        "hfov_deg, provenance; what is left out is taken from the EXIF",
    )


class FrameReceipt(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(["received", "detected", "rejected"])
    status_url = serializers.CharField()


class FrameStatus(serializers.Serializer[FrameInfo]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(["received", "detected", "rejected"])
    reason = serializers.CharField(help_text="why it was rejected, else empty")
    captured_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    provenance = serializers.CharField()


class Frames(APIView):
    authentication_classes = (DeviceToken,)
    parser_classes = (MultiPartParser,)

    @extend_schema(
        operation_id="uploadFrame",
        request={"multipart/form-data": FrameUpload},
        responses={
            202: OpenApiResponse(FrameReceipt, "accepted, will be detected"),
            200: OpenApiResponse(FrameReceipt, "the account had sent these bytes before"),
        },
    )
    def post(self, request: Request) -> Response:
        """Send one georeferenced frame."""
        contributor = contributor_of(request)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + ENVELOPE_BYTES:
            raise TooLarge
        image = request.FILES.get("image")
        if not isinstance(image, UploadedFile):
            raise Invalid([Fault("image", "missing: send a file part named image")])
        if (image.size or 0) > MAX_BYTES:
            raise TooLarge
        try:
            accepted = frame_accept(
                account_id=contributor.account_id,
                device_id=contributor.device_id,
                image=image.read(),
                metadata=_metadata(request.POST.get("metadata", "")),
            )
        except FrameRefused as refused:
            raise Invalid(refused.faults) from refused
        if not accepted.repeated:
            transaction.on_commit(detect_hint)
        status_url = request.build_absolute_uri(reverse("frame", args=[accepted.frame_id]))
        body = {"id": accepted.frame_id, "state": accepted.state, "status_url": status_url}
        return Response(
            FrameReceipt(body).data,
            status=200 if accepted.repeated else 202,
            headers={"Location": status_url},
        )


class Frame(APIView):
    authentication_classes = (DeviceToken,)

    @extend_schema(operation_id="getFrame", responses=FrameStatus)
    def get(self, request: Request, frame_id: UUID) -> Response:
        """What became of one of your frames."""
        contributor = contributor_of(request)
        info = frame_info(frame_id, account_id=contributor.account_id)
        if info is None:
            raise Http404
        return Response(FrameStatus(info).data)


class PairingRequest(serializers.Serializer[Any]):
    code = serializers.CharField(max_length=20)
    name = serializers.CharField(max_length=100)


class PairingAnswer(serializers.Serializer[Any]):
    device_id = serializers.UUIDField()
    token = serializers.CharField(help_text="shown this once")


class Pair(APIView):
    permission_classes = ()

    @extend_schema(
        operation_id="pairDevice", request=PairingRequest, responses={201: PairingAnswer}, auth=[]
    )
    def post(self, request: Request) -> Response:
        """Turn a pairing code into a device token."""
        if not allow(f"pair:{client_address(request)}", limit=10, period_s=300):
            raise Throttled(wait=300)
        form = PairingRequest(data=request.data)
        if not form.is_valid():
            raise Invalid([Fault(name, str(texts[0])) for name, texts in form.errors.items()])
        try:
            device = device_pair(**form.validated_data)
        except PairingRefused as refused:
            raise Invalid([Fault("code", "unknown, used or older than 5 minutes")]) from refused
        body = {"device_id": device.device_id, "token": device.token}
        return Response(PairingAnswer(body).data, status=201)


def _metadata(text: str) -> dict[str, object]:
    if len(text) > MAX_METADATA_BYTES:
        raise Invalid([Fault("metadata", "must be a JSON object of at most 10 kB")])
    try:
        metadata = json.loads(text) if text else {}
    except (ValueError, RecursionError):
        metadata = None
    if not isinstance(metadata, dict):
        raise Invalid([Fault("metadata", "must be a JSON object")])
    return metadata
