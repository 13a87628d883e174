"""Upload of frames and what became of them."""

import json
from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.urls import reverse
from drf_spectacular.utils import OpenApiResponse
from rest_framework import serializers
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from hazardmap.accounts.services import PairingRefused, device_pair
from hazardmap.api.authentication import DeviceToken, NotLicensed, contributor_of
from hazardmap.api.body import bound
from hazardmap.api.forms import Text, form_of
from hazardmap.api.idempotency import idempotent
from hazardmap.api.operations import OperationView, operation
from hazardmap.api.problems import Invalid, NoRoomForFrames, TooLarge, TooManyFrames
from hazardmap.capture.selectors import FrameInfo, frame_info
from hazardmap.capture.services import FrameRefused, NoRoom, TooManyWaiting, frame_accept
from hazardmap.capture.services.frame_accept import MAX_BYTES
from hazardmap.core.seeing.edge import EdgeReport, read_edge
from hazardmap.core.seeing.georeference import Fault, member
from hazardmap.inference.services import detect_hint, model_names
from hazardmap.platform.client_address import client_address
from hazardmap.platform.there import there

# Everything of the request that is not the picture: boundaries, headers, metadata.
ENVELOPE_BYTES = 100_000
MAX_METADATA_BYTES = 10_000
MAX_EDGE_BYTES = 50_000
MAX_PAIRING_BYTES = 4_000
# A dashcam takes one a second; ten times that lets a day's frames catch up.
UPLOADS_PER_MINUTE = 600
TOO_LARGE = Fault("image", "is larger than 20 MB")


class FrameUpload(serializers.Serializer[Any]):
    image = serializers.FileField(help_text="JPEG, PNG or WebP, at most 20 MB and 50 megapixels")
    metadata = serializers.CharField(
        required=False,
        help_text="JSON object: lon, lat, captured_at, heading_deg, speed_mps, accuracy_m, "
        "hfov_deg, provenance; what is left out is taken from the EXIF",
    )
    edge = serializers.CharField(
        required=False,
        help_text="JSON object of a device that detects by itself: model (a version known here), "
        "detections (kind, score, box), occluders (boxes of vehicles and people), crop (the box "
        "of the frame that the image shows, at most 2 MB; default all of it), complete (true only "
        "if these are all detections and hfov_deg is given: then the frame also speaks against "
        "what it does not show). Boxes are [left, top, right, bottom] in shares of the whole "
        "frame, at most 100 each. The image is blurred again here",
    )


class FrameReceipt(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(["received", "detected", "rejected"])
    status_url = serializers.CharField()


class FrameStatus(serializers.Serializer[FrameInfo]):
    id = serializers.UUIDField()
    state = serializers.ChoiceField(["received", "detected", "rejected"])
    reason = serializers.CharField(
        help_text="why it was rejected, does not count, or not against hazards; else empty"
    )
    captured_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    provenance = serializers.CharField()


class Frames(OperationView):
    authentication_classes = (DeviceToken,)
    parser_classes = (MultiPartParser,)
    quota = UPLOADS_PER_MINUTE

    def bucket(self, request: Request) -> str:
        return f"frames:{contributor_of(request).device_id}"

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not contributor_of(request).licensed:
            raise NotLicensed
        bound(request, MAX_BYTES + ENVELOPE_BYTES, TOO_LARGE)

    @operation(
        "uploadFrame",
        request={"multipart/form-data": FrameUpload},
        responses={
            202: OpenApiResponse(FrameReceipt, "accepted, will be detected"),
            200: OpenApiResponse(FrameReceipt, "the account had sent these bytes before"),
        },
    )
    @idempotent
    def post(self, request: Request) -> Response:
        """Send one georeferenced frame. At most 600 a minute from one device, repeated ones too.

        At most 2,000 frames or 1 GB of one account wait for detection; more of them get 429.
        """
        contributor = contributor_of(request)
        image, metadata, edge = _parts(request)
        try:
            accepted = frame_accept(
                account_id=contributor.account_id,
                device_id=contributor.device_id,
                image=image.read(),
                metadata=metadata,
                edge=edge,
            )
        except FrameRefused as refused:
            raise Invalid(refused.faults) from refused
        except TooManyWaiting as refused:
            raise TooManyFrames(str(refused)) from refused
        except NoRoom as refused:
            raise NoRoomForFrames from refused
        if not accepted.repeated:
            transaction.on_commit(detect_hint)
        status_url = request.build_absolute_uri(reverse("frame", args=[accepted.frame_id]))
        body = {"id": accepted.frame_id, "state": accepted.state, "status_url": status_url}
        return Response(
            FrameReceipt(body).data,
            status=200 if accepted.repeated else 202,
            headers={"Location": status_url},
        )


class Frame(OperationView):
    authentication_classes = (DeviceToken,)

    def bucket(self, request: Request) -> str:
        return f"frame-states:{contributor_of(request).device_id}"

    @operation("getFrame", responses=FrameStatus)
    def get(self, request: Request, frame_id: UUID) -> Response:
        """What became of one of your frames."""
        contributor = contributor_of(request)
        info = there(frame_info(frame_id, account_id=contributor.account_id))
        return Response(FrameStatus(info).data)


class PairingRequest(serializers.Serializer[Any]):
    code = Text(max_length=20)
    name = Text(max_length=100)


class PairingAnswer(serializers.Serializer[Any]):
    device_id = serializers.UUIDField()
    token = serializers.CharField(help_text="shown this once")


class Pair(OperationView):
    permission_classes = ()
    quota = 10
    window_s = 300

    def bucket(self, request: Request) -> str:
        return f"pair:{client_address(request)}"

    @operation("pairDevice", request=PairingRequest, responses={201: PairingAnswer}, auth=[])
    @idempotent
    def post(self, request: Request) -> Response:
        """Turn a pairing code into a device token."""
        form = form_of(request, PairingRequest, MAX_PAIRING_BYTES)
        try:
            device = device_pair(**form)
        except PairingRefused as refused:
            raise Invalid([Fault("code", "unknown, used or older than 5 minutes")]) from refused
        body = {"device_id": device.device_id, "token": device.token}
        return Response(PairingAnswer(body).data, status=201)


def _parts(
    request: Request,
) -> tuple["UploadedFile[Any]", dict[str, object], EdgeReport | None]:
    """Picture, metadata and edge report of an upload; a part that we would overlook is refused."""
    others = (request.FILES.keys() - {"image"}) | (request.POST.keys() - {"metadata", "edge"})
    if others:
        rule = "unknown: an upload has a file part image and text parts metadata and edge"
        raise Invalid([Fault(member(name), rule) for name in sorted(others)])
    images, texts = request.FILES.getlist("image"), request.POST.getlist("metadata")
    edges = request.POST.getlist("edge")
    if not images:
        raise Invalid([Fault("image", "missing: send a file part named image")])
    if max(len(images), len(texts), len(edges)) > 1:
        raise Invalid([Fault("image", "is one per upload, with its metadata")])
    if (images[0].size or 0) > MAX_BYTES:
        raise TooLarge([TOO_LARGE])
    metadata = _object("metadata", texts[0], MAX_METADATA_BYTES) if texts and texts[0] else {}
    return images[0], metadata, _edge(edges[0]) if edges else None


def _edge(text: str) -> EdgeReport:
    report = read_edge(_object("edge", text, MAX_EDGE_BYTES), models=model_names())
    if isinstance(report, list):
        raise Invalid(report)
    return report


def _object(name: str, text: str, limit_bytes: int) -> dict[str, object]:
    if len(text) > limit_bytes:
        raise Invalid([Fault(name, f"must be a JSON object of at most {limit_bytes // 1000} kB")])
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise Invalid([Fault(name, "must be a JSON object")])
    return value
