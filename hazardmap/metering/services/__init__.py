"""What writes usage."""

from hazardmap.metering.services.answers_count import answer_count, answers_add
from hazardmap.metering.services.usage_forget import usage_forget
from hazardmap.metering.services.usage_hold import usage_hold
from hazardmap.metering.services.usage_record import usage_has_room, usage_record
from hazardmap.metering.services.usage_reserve import (
    ALL,
    Account,
    UnitsByKey,
    usage_recount,
    usage_reserve,
)
from hazardmap.metering.services.usage_roll import usage_roll, usage_roll_between
from hazardmap.metering.services.usage_settle import usage_settle
from hazardmap.metering.services.usage_ship import usage_ship
