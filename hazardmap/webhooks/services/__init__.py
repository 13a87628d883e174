"""What makes and sends messages, and what their receivers set up."""

from hazardmap.webhooks.services.deliveries_keep import (
    dead_replay,
    deliveries_forget,
    delivery_replay,
)
from hazardmap.webhooks.services.deliveries_make import deliveries_make
from hazardmap.webhooks.services.deliveries_send import Sender, deliveries_send
from hazardmap.webhooks.services.delivery_bill import delivery_bill
from hazardmap.webhooks.services.endpoint_keep import (
    endpoint_add,
    endpoint_enable,
    endpoint_move,
    endpoint_pause,
    endpoint_remove,
    endpoint_test,
    secret_roll,
)
from hazardmap.webhooks.services.notice_make import notice_make
from hazardmap.webhooks.services.watch_keep import watch_add, watch_change, watch_remove
from hazardmap.webhooks.services.watch_meter import watch_hours_record
