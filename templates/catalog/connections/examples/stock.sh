# There are 15 now:
curl -sS --fail-with-body -X PUT "{{ site }}/api/v1/merchant/stock/AM-8" \
  -H "Authorization: Bearer $DONGHAI_TOKEN" \
  -H "Content-Type: application/json" \
  -d '{"on_hand": 15}'

# Two were sold over the counter:
curl -sS --fail-with-body -X POST "{{ site }}/api/v1/merchant/stock/AM-8/adjustments" \
  -H "Authorization: Bearer $DONGHAI_TOKEN" \
  -H "Content-Type: application/json" \
  -H "Idempotency-Key: till-receipt-4711" \
  -d '{"change": -2, "reason": "sold over the counter"}'
