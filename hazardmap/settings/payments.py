"""How buyers pay: by Stripe where there is a key, else by transfer."""

from hazardmap.settings.env import ENV

STRIPE_KEY = ENV.stripe_key
STRIPE_WEBHOOK_SECRET = ENV.stripe_webhook_secret
STRIPE_URL = "https://api.stripe.com"
