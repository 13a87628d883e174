"""What writes usage."""

from hazardmap.metering.services.usage_record import usage_record
from hazardmap.metering.services.usage_ship import usage_ship

__all__ = ["usage_record", "usage_ship"]
