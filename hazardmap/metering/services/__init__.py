"""What writes usage."""

from hazardmap.metering.services.usage_hold import usage_hold
from hazardmap.metering.services.usage_record import usage_record
from hazardmap.metering.services.usage_roll import usage_roll, usage_roll_between
from hazardmap.metering.services.usage_ship import usage_ship

__all__ = ["usage_hold", "usage_record", "usage_roll", "usage_roll_between", "usage_ship"]
