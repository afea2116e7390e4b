curl -sS --fail-with-body -X PUT "{{ site }}/api/v1/merchant/products/AM-8" \
  -H "Authorization: Bearer $DONGHAI_TOKEN" \
  -H "Content-Type: application/json" \
  -H "Idempotency-Key: listing-2026-11-22-AM-8" \
  -d '{
    "mineral": "AMETHYST", "form": "BRACELET", "treatment": "NONE",
    "colour": "VIOLET", "origin": "UY",
    "bead_mm": "8.0", "weight_g": "27.5",
    "wholesale_minor": 6000,
    "tiers": [{"from_quantity": 10, "wholesale_minor": 5500}],
    "on_hand": 12
  }'
