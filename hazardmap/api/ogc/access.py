"""Who may read features: a buyer by his key, sent in one of the ways that GIS programs know."""

from typing import Any, Final

from rest_framework.request import Request

from hazardmap.api.authentication import BuyerKeyOrPassword
from hazardmap.api.buyers import BuyerView
from hazardmap.api.operations import OperationView
from hazardmap.platform.client_address import client_address

FREE: Final = frozenset({"coverage"})


class FeaturesView(BuyerView):
    authentication_classes = (BuyerKeyOrPassword,)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        if kwargs["collection_id"] in FREE:
            self.meter = None
        super().initial(request, *args, **kwargs)


class DescriptionView(OperationView):
    """What anybody may read: what there is, and how to ask for it."""

    authentication_classes = ()
    permission_classes = ()
    quota = 120

    def bucket(self, request: Request) -> str:
        return f"ogc:{client_address(request._request)}"
